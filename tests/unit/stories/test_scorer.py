"""The learnt decision as a file: which one it is, and what is refused."""

from pathlib import Path

import msgspec
import pytest

from stream.errors import SettingsError
from stream.kafka.shard import fold_digest
from stream.settings import Settings
from stream.stories.decision.scorer import SHIPPED, read_model, write_model
from stream.stories.settings import StorySettings


def folded_by(model: Path) -> str:
    return fold_digest(Settings(stories=StorySettings(model=str(model))))


def test_a_state_folded_by_another_model_is_told_by_its_digest_though_the_path_stays(tmp_path: Path):
    file = tmp_path / "model.json"
    model = read_model(SHIPPED)
    write_model(file, model)
    before = folded_by(file)
    assert folded_by(file) == before
    write_model(file, msgspec.structs.replace(model, join=msgspec.structs.replace(model.join, bias=0.5)))
    assert folded_by(file) != before


def test_a_file_that_is_no_model_is_refused(tmp_path: Path):
    (tmp_path / "model.json").write_text("{}")
    with pytest.raises(SettingsError, match="is not a story model"):
        folded_by(tmp_path / "model.json")
