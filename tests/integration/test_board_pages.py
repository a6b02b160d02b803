"""The board in a real Chromium: what a reader sees and does."""

import asyncio
import re
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Browser, Page, Route, expect

from stream.board.projection import Message
from tests.support.board import (
    assignment_of,
    moment,
    new_context,
    report_of,
    story_of,
    storyline_of,
    with_assignments,
)
from tests.support.board_server import Served
from tests.support.browser import WatchedPage, new_page, open_browser

HOSTILE = '<img src=x onerror="window.owned=1"><script>window.owned=1</script>'
FERRY = [
    report_of("ferry-1", "Ferry stranded off Halden", 0, source="Harbour Gazette"),
    report_of("ferry-2", "Passengers spend the night aboard", 5, source="Meridian Post"),
    report_of("ferry-3", "Ferry towed to Halden", 20, source="Atlas Ledger"),
]
COPY = report_of("ferry-4", "Ferry stranded", 1, source="Evening Lantern")
NARROW = {"width": 360, "height": 740}


def newsroom_messages() -> list[Message]:
    messages = with_assignments("ferry", *FERRY, keywords=["ferry", "halden"])
    copied = {"article_id": "ferry-1", "kind": "truncated", "containment": 1.0, "coverage": 0.44}
    messages.append(assignment_of(COPY, "ferry", "copy", copy_of=copied))
    ice = report_of("ice-1", "Glacier thins above Vestmark", 8, source="Parallax Science", language="de")
    rival = {"story_id": "ferry", "score": -0.4}
    messages += [story_of("ice", ice, keywords=["glacier"]), assignment_of(ice, "ice", "new", rival=rival)]
    messages += with_assignments("evil", report_of("evil-1", HOSTILE, 6, url="javascript:alert(1)"))
    for number in range(60):
        messages += with_assignments(
            f"brief-{number:02}", report_of(f"brief-{number}", f"Brief number {number}", -number)
        )
    return messages


@pytest.fixture
def board(tmp_path: Path) -> Iterator[Served]:
    served = Served(new_context(tmp_path, newsroom_messages(), page_size=40))
    yield served
    served.stop()


@pytest.fixture
async def browser() -> AsyncIterator[Browser]:
    async with open_browser() as opened:
        yield opened


@pytest.fixture
async def watched(browser: Browser) -> AsyncIterator[WatchedPage]:
    """A page; at the end its console has complained of nothing."""
    page = await new_page(browser, viewport={"width": 1200, "height": 900})
    yield page
    assert page.complaints == []


@pytest.fixture
def page(watched: WatchedPage) -> Page:
    return watched.page


def headline(page: Page, name: str):
    return page.locator(f"#story-{name} h2 a")


async def test_an_update_announces_itself_and_moves_nothing(board: Served, page: Page):
    await page.goto(board.url)
    await headline(page, "ice").wait_for()
    await page.locator("#story-brief-05").scroll_into_view_if_needed()
    before = await page.locator("#story-brief-05").bounding_box()
    board.write(*with_assignments("new", report_of("new-1", "Bridge closed in Sarn", 21)))
    board.write(story_of("ice", report_of("ice-1", "Glacier thins faster", 8), version=2))
    await expect(page.locator("#show")).to_contain_text("2 changed")
    await expect(page).to_have_title("(2) Newsfold")
    await expect(page.locator("#story-ice .changed-mark")).to_be_visible()
    assert await page.locator("#story-brief-05").bounding_box() == before
    await expect(headline(page, "ice")).to_have_text("Glacier thins above Vestmark")

    await page.keyboard.press("s")
    await expect(headline(page, "ice")).to_have_text("Glacier thins faster")
    await expect(headline(page, "new")).to_have_count(1)
    await expect(page.locator("#show")).to_have_count(0)
    board.write(story_of("new", report_of("new-1", "Bridge opens again in Sarn", 21), version=2))
    await expect(page.locator("#show")).to_contain_text("1 changed")


async def test_a_page_that_lost_its_connection_misses_nothing(board: Served, page: Page):
    await page.goto(board.url)
    await headline(page, "ice").wait_for()
    await page.context.set_offline(True)
    board.write(story_of("ice", report_of("ice-1", "Glacier thins faster", 8), version=2))
    await asyncio.sleep(1.5)
    await page.context.set_offline(False)
    await expect(page.locator("#show")).to_contain_text("1 changed", timeout=30_000)


async def test_a_reader_searches_filters_and_sorts(board: Served, page: Page):
    await page.goto(board.url)
    await page.keyboard.press("/")
    await page.keyboard.type("towed hal")
    await expect(page.locator(".card")).to_have_count(1)
    await expect(headline(page, "ferry")).to_be_visible()
    await expect(page).to_have_url(re.compile("q=towed\\+hal"))
    await page.fill("#q", "no such word")
    await expect(page.get_by_text("No story matches")).to_be_visible()
    await page.fill("#q", "")
    await page.locator(".filters summary").click()
    await page.select_option("[name=language]", "de")
    await expect(page.locator(".card")).to_have_count(1)
    await page.get_by_role("link", name="Clear").click()
    await expect(page.locator(".card h2").first).to_have_text(FERRY[0]["title"])
    await page.select_option("[name=sort]", "begun")
    await expect(page.locator(".card h2").first).to_have_text("Glacier thins above Vestmark")
    await page.get_by_role("link", name="More stories").click()
    await expect(page.locator(".card")).to_have_count(63)


async def test_a_search_typed_on_while_one_is_answered_ends_with_the_last_word(board: Served, page: Page):
    """And neither an aborted request nor an old answer reaches the reader: the fixture listens to the console."""

    async def answer_late(route: Route) -> None:
        await asyncio.sleep(0.4)
        await route.continue_()

    await page.goto(board.url)
    await page.route("**/?q=*", answer_late)
    await page.locator("#q").press_sequentially("ferry tow", delay=150)
    await expect(page.locator(".card")).to_have_count(1)
    await page.fill("#q", "glacier")
    await expect(headline(page, "ice")).to_be_visible()
    await expect(headline(page, "ferry")).to_have_count(0)
    await expect(page).to_have_url(re.compile("q=glacier"))


async def test_a_reader_follows_an_affair_through_its_stories(board: Served, page: Page):
    board.write(
        *with_assignments(
            "inquiry", report_of("inquiry-1", "Inquiry into the ferry opens", 90), storyline_id="sea"
        ),
        story_of("ferry", *FERRY, version=2, storyline_id="sea"),
        storyline_of("sea", "Ferry stranded off Halden", "inquiry", "ferry"),
    )
    await page.goto(board.url)
    await page.locator("#story-inquiry").get_by_role("link", name="Ferry stranded off Halden").click()
    await expect(page.get_by_role("heading", name="Ferry stranded off Halden").first).to_be_visible()
    await expect(page.locator(".card")).to_have_count(2)
    await page.locator("#q").fill("opens")
    await expect(page.locator(".card")).to_have_count(1)
    await headline(page, "inquiry").click()
    await expect(page.locator(".episodes [aria-current]")).to_contain_text("Inquiry into the ferry opens")
    await page.locator(".episodes").get_by_role("link", name="Ferry stranded off Halden").click()
    await page.wait_for_url("**/stories/ferry")


async def test_a_story_shows_its_copies_and_why(board: Served, page: Page):
    await page.goto(f"{board.url}/stories/ferry")
    first = page.locator(".report").last
    await first.get_by_text("1 copy of this report").click()
    await expect(first.locator(".copies li")).to_contain_text("Evening Lantern")
    await expect(first.locator(".copies li")).to_contain_text("cut short")
    await first.get_by_text("Why here").click()
    await expect(first.locator(".verdict")).to_be_visible()
    await expect(first.locator(".evidence.for")).to_contain_text("+3.10")
    board.write(story_of("ferry", *FERRY, version=2, status="merged", merged_into="ice"))
    await page.locator("#show").get_by_text("go there").click()
    await page.wait_for_url("**/stories/ice?merged=ferry")
    await expect(page.get_by_text("was merged into this one")).to_be_visible()


async def test_two_stories_side_by_side_say_what_keeps_them_apart(board: Served, page: Page):
    await page.goto(f"{board.url}/stories/ice")
    await page.get_by_role("link", name="Why not one?").last.click()
    await expect(page.get_by_role("heading", name="What keeps them apart")).to_be_visible()
    await expect(page.locator(".attempts")).to_contain_text("\N{MINUS SIGN}0.40")
    await page.get_by_role("button", name="Mark as the same story").click()
    assert [mark.kind for mark in board.context.marks.all()] == ["same"]


async def test_an_editor_marks_without_leaving_the_page(board: Served, page: Page):
    await page.goto(f"{board.url}/stories/ferry")
    await page.get_by_role("button", name="Does not belong: Ferry towed to Halden").click()
    await expect(page.locator("#marks")).to_contain_text("ferry-3 does not belong")
    await page.fill("#other", "glacier")
    await page.get_by_role("button", name="Same story as Glacier").click()
    await expect(page.locator("#marks")).to_contain_text("same story as")
    await page.get_by_role("button", name="Fine as it is").click()
    await expect(page.locator("#marks li")).to_have_count(3)
    await page.get_by_role("button", name="Undo").first.click()
    await expect(page.locator("#marks li")).to_have_count(2)
    assert [mark.kind for mark in board.context.marks.all()] == ["same", "fine"]


async def test_the_keyboard_is_enough(board: Served, page: Page):
    await page.goto(board.url)
    await headline(page, "ice").wait_for()
    for key in "jjkj":
        await page.keyboard.press(key)
    focused = await page.evaluate("document.activeElement.closest('li').id")
    second = await page.locator(".card").nth(1).get_attribute("id")
    assert focused == second
    await page.keyboard.press("Enter")
    await page.wait_for_url("**/stories/*")
    await page.keyboard.press("j")
    await page.keyboard.press("w")
    await expect(page.locator(".verdict").first).to_be_visible()
    await page.keyboard.press("?")
    await expect(page.locator("#help")).to_be_visible()
    await page.keyboard.press("Escape")
    await page.keyboard.press("u")
    await page.wait_for_url(f"{board.url}/")


async def test_a_hostile_headline_does_nothing(board: Served, page: Page):
    for path in ("/", "/stories/evil", "/articles/evil-1/why", "/compare?one=evil&other=ferry"):
        await page.goto(board.url + path)
        await page.wait_for_timeout(200)
        assert await page.evaluate("window.owned") is None
        assert await page.locator("main img, main script").count() == 0
    await page.goto(f"{board.url}/stories/evil")
    await expect(page.locator("h1")).to_have_text(HOSTILE)
    assert await page.locator("main a[href^=javascript]").count() == 0


async def test_the_policy_stops_a_script_that_got_into_the_page(board: Served, browser: Browser):
    """Were something ever not escaped, the browser would still not run it."""
    watched = await new_page(browser)
    page = watched.page
    await page.goto(f"{board.url}/stories/evil")
    await page.evaluate(
        "html => document.querySelector('main').insertAdjacentHTML('beforeend', html)", HOSTILE
    )
    await page.wait_for_timeout(300)
    assert await page.evaluate("window.owned") is None
    assert any("Content Security Policy" in complaint for complaint in watched.complaints)


PAGES = (
    "/",
    "/?q=nothing+here",
    "/stories/ferry",
    "/articles/ferry-2/why",
    "/compare?one=ice&other=ferry",
    "/marks",
    "/nope",
)


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_axe_finds_nothing_serious(board: Served, browser: Browser, scheme):
    watched = await new_page(browser, color_scheme=scheme, viewport={"width": 1200, "height": 900})
    await watched.page.context.add_init_script("")
    for path in PAGES:
        await watched.page.goto(board.url + path)
        if path.startswith("/stories"):
            for summary in await watched.page.locator("summary").all():
                await summary.click()
            await watched.page.locator(".verdict").first.wait_for()
        found = (await Axe().run(watched.page)).response["violations"]
        grave = [
            (one["id"], [node["html"][:120] for node in one["nodes"]])
            for one in found
            if one["impact"] in ("serious", "critical")
        ]
        assert grave == [], path


@pytest.mark.parametrize(
    "path", ["/", "/stories/evil", "/stories/ferry", "/compare?one=ice&other=ferry", "/marks"]
)
async def test_a_narrow_screen_needs_no_sideways_scrolling(board: Served, browser: Browser, path):
    watched = await new_page(browser, viewport=NARROW)
    await watched.page.goto(board.url + path)
    width = await watched.page.evaluate("document.documentElement.scrollWidth")
    assert width <= NARROW["width"]


async def test_without_a_script_the_pages_still_work(board: Served, browser: Browser):
    watched = await new_page(browser, java_script_enabled=False)
    page = watched.page
    await page.goto(board.url)
    await page.fill("#q", "towed")
    await page.keyboard.press("Enter")
    await page.locator("#story-ferry h2 a").click()
    await page.get_by_role("button", name="Does not belong: Ferry towed").click()
    assert "does not belong" in await page.locator("#marks").inner_text()
    assert moment(0)[:10] in await page.content()
