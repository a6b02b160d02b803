"""A real Chromium, driven by Playwright: the system's own, because Playwright's download is not always reachable."""

import os
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from playwright.async_api import Browser, Page, async_playwright

ARGUMENTS = (
    "--headless",
    "--no-sandbox",  # CI runs as root in a container
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
NAMES = ("chromium", "chromium-browser", "google-chrome")


def chromium() -> str:
    """The path of a Chromium; where there is none the test says so and is skipped."""
    path = os.environ.get("NEWSFOLD_TEST_CHROMIUM") or next(filter(None, map(shutil.which, NAMES)), None)
    if not path:
        pytest.skip("no Chromium here: install one (Debian: chromium), or name it in NEWSFOLD_TEST_CHROMIUM")
    return path


@asynccontextmanager
async def open_browser() -> AsyncIterator[Browser]:
    """A Chromium of its own."""
    path = chromium()
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=path, args=list(ARGUMENTS))
        try:
            yield browser
        finally:
            await browser.close()


class WatchedPage:
    """A page, and all that its console complained of."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.complaints: list[str] = []
        page.on("console", self._note)
        page.on("pageerror", lambda error: self.complaints.append(str(error)))

    def _note(self, message: Any) -> None:
        if message.type in ("error", "warning"):
            self.complaints.append(message.text)


async def new_page(browser: Browser, **options: Any) -> WatchedPage:
    """A page in a profile of its own."""
    context = await browser.new_context(**options)
    return WatchedPage(await context.new_page())
