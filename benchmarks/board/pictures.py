"""Pictures of the board for the documents: the sample corpus, replayed, in a real Chromium.

python -m benchmarks.board.pictures      renews docs/images/board-*.png
"""

import asyncio
import subprocess
import sys
import tempfile
from collections import Counter
from pathlib import Path

from playwright.async_api import Browser

from deploy.board_process import BoardProcess
from tests.support.browser import new_page, open_browser
from tests.support.newsroom import CORPUS

IMAGES = Path(__file__).parents[2] / "docs" / "images"
OUTPUTS = ("stories", "assignments", "storylines")
WIDE = {"width": 1160, "height": 900}
TALL = {"width": 1160, "height": 1420}
NARROW = {"width": 390, "height": 844}


def served(folder: Path) -> BoardProcess:
    """A board over the replayed corpus, not started."""
    files = {name: str(folder / f"{name}.jsonl") for name in OUTPUTS}
    written = [text for name, file in files.items() for text in (f"--{name}", file)]
    replay = [sys.executable, "-m", "stream", "replay", str(CORPUS / "articles.jsonl"), *written]
    subprocess.run(replay, check=True, stdout=subprocess.DEVNULL)
    read = [text for file in files.values() for text in ("--from", file)]
    return BoardProcess({"NEWSFOLD_BOARD__FOLDER": str(folder / "board")}, folder / "board.log", *read)


def most_copied(board: BoardProcess) -> str:
    """The story that has most copies, of those in a storyline of several."""
    stories = board.json("/api/stories?size=500")["stories"]
    storylines = Counter(one["storyline_id"] for one in stories)
    linked = [one for one in stories if storylines[one["storyline_id"]] > 2]
    return str(max(linked, key=lambda one: one["counts"]["copies"])["id"])


async def take(browser: Browser, url: str, story: str) -> None:
    """Every picture, each in a window of its own."""
    wide = (await new_page(browser, viewport=WIDE)).page
    await wide.goto(url)
    await wide.screenshot(path=IMAGES / "board-list.png")

    await wide.goto(f"{url}/stories/{story}")
    await wide.set_viewport_size(TALL)
    await wide.locator(".timeline .copies summary").first.click()
    await wide.evaluate("scrollTo(0, 0)")
    await wide.screenshot(path=IMAGES / "board-story.png")

    await wide.locator(".report .why > summary").first.click()
    await wide.locator(".verdict").first.wait_for()
    await wide.locator(".report").first.screenshot(path=IMAGES / "board-why.png")

    await wide.set_viewport_size(WIDE)
    await wide.locator(".affair a").click()
    await wide.locator(".affair-head").wait_for()
    await wide.screenshot(path=IMAGES / "board-storyline.png")

    narrow = (await new_page(browser, viewport=NARROW)).page
    await narrow.goto(url)
    await narrow.screenshot(path=IMAGES / "board-narrow.png")

    dark = (await new_page(browser, viewport=WIDE, color_scheme="dark")).page
    await dark.goto(url)
    await dark.screenshot(path=IMAGES / "board-dark.png")


async def main() -> None:
    """Serve the corpus, and take the pictures."""
    with tempfile.TemporaryDirectory(prefix="newsfold-pictures-") as name:
        board = served(Path(name))
        board.start()
        try:
            async with open_browser() as browser:
                await take(browser, board.url, most_copied(board))
        finally:
            board.kill()


if __name__ == "__main__":
    asyncio.run(main())
