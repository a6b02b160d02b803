"""The board under load, in a real Chromium: 5,000 stories, 50 updates a second, a SIGKILL in the middle.

    python -m benchmarks.board.board --results benchmarks/board/results.md

Measured: first paint of the list; list interactions, from the key to the drawn result (the 50 ms in which a search
waits for the next key included), beside a control that asks for twenty bytes and draws two frames; whether what
the browser has in the end is what the topic says; memory of the server; and whether the store of a killed board
equals the topics after it was started again.
"""

import argparse
import asyncio
import json
import os
import sqlite3
import tempfile
from pathlib import Path
from statistics import median
from time import monotonic

import msgspec
from playwright.async_api import Browser, Page

from benchmarks.board.feed import Feed, Figures
from deploy.board_process import BoardProcess
from deploy.kafka.broker import Broker
from tests.support.browser import new_page, open_browser
from tests.support.newsroom import Newsroom

A_SECOND = 50
REPORTS = 3  # of a story at first
PAINTS = 5
TURNS = 5  # kinds of interaction, one after the other
BETWEEN = 1.0  # seconds between two interactions
PATIENCE = 180.0
SEARCHES = ("halden", "ferry ver", "glacier", "council sarn")

# Follows the changes as a page that keeps all stories would: woken by the event stream, reading /api/changes.
FOLLOW = """
async () => {
  window.stories = {}; window.since = 0;
  const read = async () => {
    for (;;) {
      const answer = await fetch(`/api/changes?since=${window.since}`);
      const found = await answer.json();
      for (const story of found.stories) window.stories[story.id] = story.version;
      for (const id of found.removed) delete window.stories[id];
      window.since = found.next;
      if (found.complete) return;
    }
  };
  let reading = Promise.resolve();
  const wait = () => new Promise((resolve) => setTimeout(resolve, 500));
  const again = () => { reading = reading.then(read).catch(() => wait().then(again)); };
  window.source = new EventSource("/events?base=0");
  window.source.addEventListener("changes", again);
  again();
}
"""
# From the action to the drawn result: htmx has settled, and two frames were drawn.
INTERACT = """
([selector, kind, value]) => new Promise((resolve, reject) => {
  const begin = performance.now();
  setTimeout(() => reject(new Error(`${selector} ${kind} "${value}": the list was not drawn again in 30 s`)), 30000);
  if (kind === "control") {
    fetch("/health").then((answer) => answer.json()).then(() =>
      requestAnimationFrame(() => requestAnimationFrame(() => resolve(performance.now() - begin))));
    return;
  }
  const element = document.querySelector(selector);
  const settled = (event) => {
    if (event.detail.target?.id !== "stories") return;
    document.removeEventListener("htmx:afterSettle", settled);
    requestAnimationFrame(() => requestAnimationFrame(() => resolve(performance.now() - begin)));
  };
  document.addEventListener("htmx:afterSettle", settled);
  if (kind === "click") element.click();
  else { element.value = value; element.dispatchEvent(new Event(kind, { bubbles: true })); }
})
"""
PAINT = "performance.getEntriesByName('first-contentful-paint')[0].startTime"


async def measure(newsroom: Newsroom, folder: Path, stories: int, seconds: float) -> Figures:
    """Fill the topics, load the board, put it under load with a kill in the middle, and compare."""
    feed = Feed(newsroom.settings)
    await feed.fill(stories, REPORTS)
    environment = {**newsroom.environment, "NEWSFOLD_BOARD__FOLDER": str(folder / "board")}
    board = BoardProcess(environment, folder / "board.log")
    begin = monotonic()
    await asyncio.to_thread(board.start)
    try:
        await _fresh(board)
        figures = Figures(stories, seconds, 0, monotonic() - begin)
        async with open_browser() as browser:
            figures.first_paint = [await _first_paint(browser, board.url) for _ in range(PAINTS)]
            follower = (await new_page(browser)).page
            await follower.goto(board.url)
            await follower.evaluate(FOLLOW)
            watching = asyncio.create_task(_watch(figures, board, browser, seconds))
            figures.updates = await feed.update(seconds, A_SECOND)
            await watching
            ended = monotonic()
            await _fresh(board)
            wanted = feed.last()
            same = await _follows(follower, wanted)
            figures.lag_after_seconds = monotonic() - ended
            figures.browser_equals_topic = same and await _list_is_current(browser, board.url, wanted)
        figures.store_equals_topic = await _store_equals(newsroom, folder / "board")
    finally:
        await asyncio.to_thread(board.stop)
    return figures


async def _follows(follower: Page, wanted: dict[str, int]) -> bool:
    """Whether the page that follows the changes ends with the versions of the topic."""
    deadline = monotonic() + PATIENCE
    while not (same := await follower.evaluate("window.stories") == wanted):
        if monotonic() > deadline:
            return False
        await asyncio.sleep(0.2)
    return same


async def _watch(figures: Figures, board: BoardProcess, browser: Browser, seconds: float) -> None:
    """Use the list as a reader would, and kill the board in the middle."""
    begin = monotonic()
    page = (await new_page(browser, viewport={"width": 1200, "height": 900})).page
    await page.goto(board.url)
    turn = 0
    while (passed := monotonic() - begin) < seconds:
        if not figures.kills and passed > seconds / 2:
            board.kill()
            figures.kills += 1
            await asyncio.to_thread(board.start)
            await page.goto(board.url)
            turn += -turn % TURNS  # the search of a new page is empty: there is nothing to clear yet
        await _interact(figures, page, turn)
        turn += 1
        figures.memory.append(_resident(board.pid))
        await asyncio.sleep(BETWEEN)


async def _interact(figures: Figures, page: Page, turn: int) -> None:
    actions = {
        "search": ("#q", "input", SEARCHES[turn // TURNS % len(SEARCHES)]),
        "clear": ("#q", "input", ""),
        "sort": ("[name=sort]", "change", ("newest", "sources", "activity")[turn // TURNS % 3]),
        "show": ("#show", "click", ""),
        "control": ("", "control", ""),
    }
    name = list(actions)[turn % len(actions)]
    if name == "show":
        await page.locator("#show").wait_for()
    took = await page.evaluate(INTERACT, list(actions[name]))
    figures.interactions.setdefault(name, []).append(round(took, 1))


async def _first_paint(browser: Browser, url: str) -> float:
    """Of a page in a profile that has seen nothing yet."""
    page = (await new_page(browser, viewport={"width": 1200, "height": 900})).page
    await page.goto(url)
    await page.locator(".card").first.wait_for()
    painted: float = await page.evaluate(PAINT)
    await page.context.close()
    return round(painted, 1)


async def _list_is_current(browser: Browser, url: str, wanted: dict[str, int]) -> bool:
    """Whether each card of the list, after `show`, is of the version that the topic has."""
    page = (await new_page(browser)).page
    await page.goto(url)
    cards = await page.eval_on_selector_all(
        ".card", "all => all.map(card => [card.id.slice(6), Number(card.dataset.version)])"
    )
    return len(cards) > 0 and all(wanted[name] == version for name, version in cards)


async def _fresh(board: BoardProcess) -> None:
    deadline = monotonic() + PATIENCE
    while (status := await asyncio.to_thread(board.json, "/api/status"))["state"] == "loading" or status[
        "lag_records"
    ]:
        if monotonic() > deadline:
            raise TimeoutError(f"the board did not reach the end of the topics: {status}")
        await asyncio.sleep(0.1)


async def _store_equals(newsroom: Newsroom, folder: Path) -> bool:
    """Whether the store holds the last value of every key of both topics, byte for byte."""
    connection = sqlite3.connect(folder / "board.sqlite")
    same = True
    for topic, table in (
        (newsroom.settings.topics.stories, "stories"),
        (newsroom.settings.topics.assignments, "articles"),
    ):
        last = {record.key.decode(): record.value for record in await newsroom.read(topic)}
        stored = dict(connection.execute(f"SELECT id, value FROM {table} WHERE value IS NOT NULL").fetchall())  # noqa: S608
        same = same and stored == last
    connection.close()
    return same


def _resident(pid: int) -> float:
    pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    return round(pages * os.sysconf("SC_PAGE_SIZE") / 1e6, 1)


def report(figures: Figures) -> str:
    """The figures as Markdown."""
    after = figures.memory[len(figures.memory) // 2 + 2 :]
    rows = [
        ("stories, reports each at first", f"{figures.stories:,}, {REPORTS}"),
        ("loaded from the topics in", f"{figures.load_seconds:.1f} s"),
        ("updates", f"{figures.updates:,} in {figures.seconds:.0f} s"),
        (
            "first paint, median and worst",
            f"{median(figures.first_paint):.0f}, {max(figures.first_paint):.0f} ms",
        ),
        *(
            (f"{name}, median and worst of {len(times)}", f"{median(times):.0f}, {max(times):.0f} ms")
            for name, times in figures.interactions.items()
        ),
        (
            "browser equals the topic",
            f"{figures.browser_equals_topic}, {figures.lag_after_seconds:.1f} s after the last update",
        ),
        ("store equals the topics, after a SIGKILL in the middle", str(figures.store_equals_topic)),
        ("memory of the server after the restart, first and last", f"{after[0]:.0f}, {after[-1]:.0f} MB"),
    ]
    return "\n".join(["| | |", "|---|---|", *(f"| {name} | {value} |" for name, value in rows)])


async def _run(stories: int, seconds: float) -> Figures:
    with (
        tempfile.TemporaryDirectory(prefix="newsfold-board-") as name,
        Broker(Path(name) / "kafka") as broker,
    ):
        newsroom = Newsroom(broker.bootstrap, "load.", Path(name))
        await newsroom.open()
        return await measure(newsroom, Path(name), stories, seconds)


def main() -> None:
    """Measure, print, and write the results where asked to."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--stories", type=int, default=5_000)
    parser.add_argument("--seconds", type=float, default=120.0)
    parser.add_argument("--results", type=Path)
    arguments = parser.parse_args()
    figures = asyncio.run(_run(arguments.stories, arguments.seconds))
    print(report(figures))
    if arguments.results:
        where = (
            f"{os.cpu_count()} cores, shared with others: load average {os.getloadavg()[1]:.1f} at the end."
        )
        arguments.results.write_text(f"# The board under load\n\n{where}\n\n{report(figures)}\n")
        arguments.results.with_suffix(".json").write_text(
            json.dumps(msgspec.to_builtins(figures), indent=1) + "\n"
        )


if __name__ == "__main__":
    main()
