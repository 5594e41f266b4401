"""Tools of browser tests work together: live server, the test's database, Chromium with WebGL and Chinese fonts."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Browser

pytestmark = pytest.mark.e2e


def test_browser_reaches_the_service_and_its_database(chromium: Browser, live_server: Any) -> None:
    page = chromium.new_page()
    response = page.goto(f"{live_server.url}/readyz")
    assert response is not None
    assert response.status == 200
    page.close()


def test_browser_draws_webgl_and_has_a_chinese_font(chromium: Browser) -> None:
    page = chromium.new_page()
    page.set_content("<p style='font: 20px sans-serif; display: inline-block'>青山</p>")
    assert page.evaluate("document.createElement('canvas').getContext('webgl2') !== null")
    assert page.evaluate("document.querySelector('p').getBoundingClientRect().width") == 40
    page.close()
