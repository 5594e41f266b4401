"""Debian's Chromium, driven by Playwright; it speaks to nobody but the page under test."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import Browser, sync_playwright

EXECUTABLE = "/usr/bin/chromium"
QUIET = (
    # Root may not use the sandbox; the rest keeps the browser from calling home at every start.
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
    # Maps draw with WebGL, here without a graphics card.
    "--use-angle=swiftshader",
    "--enable-unsafe-swiftshader",
)


@contextmanager
def running_chromium() -> Iterator[Browser]:
    """Start the browser, headless, and end it."""
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=EXECUTABLE, args=list(QUIET))
        yield browser
        browser.close()
