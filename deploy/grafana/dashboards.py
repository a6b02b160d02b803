"""The dashboards as JSON: `python -m deploy.grafana.dashboards` renews deploy/grafana/dashboards/.

A test holds the files to the code. Grafana loads them from there (docker-compose.yml), or from a ConfigMap
(deploy/helm).
"""

from pathlib import Path

from grafana_foundation_sdk.cog.encoder import JSONEncoder

from deploy.grafana.operations_dashboard import OPERATIONS
from deploy.grafana.panels import Board, build
from deploy.grafana.readers_dashboard import READERS
from deploy.grafana.stories_dashboard import STORIES

FOLDER = Path(__file__).parent / "dashboards"
BOARDS = (STORIES, OPERATIONS)  # of what workers export
EVERY = (*BOARDS, READERS)


def text(board: Board) -> str:
    """A dashboard as its file holds it."""
    encoder = JSONEncoder(sort_keys=True, indent=2)
    return str(encoder.encode(build(board).build())) + "\n"


def file_of(board: Board) -> Path:
    """Where a dashboard's JSON lies."""
    return FOLDER / f"{board.uid}.json"


if __name__ == "__main__":
    for one in EVERY:
        file_of(one).write_text(text(one), encoding="utf8")
