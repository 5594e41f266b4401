"""An office worker at the browser: signs in, fills in forms, reads what the page says."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from playwright.sync_api import BrowserContext, Page

from qingshan.interfaces.cli.demo_photos import draw_photo
from qingshan.interfaces.cli.demo_stage import demo_pdf
from tests import cast

SHOTS = Path("var/test/screenshots")

WITHOUT_MAPS = """const get = HTMLCanvasElement.prototype.getContext;
HTMLCanvasElement.prototype.getContext = function (kind, ...rest) {
  return /webgl/.test(kind) ? null : get.call(this, kind, ...rest);
};"""
"""Maps are drawn without a graphics card here, at a second a page: one of the people sees them, the others' pages say
that there is none."""


@dataclass
class Worker:
    """One person with a browser window of his own."""

    context: BrowserContext
    page: Page
    base: str
    name: str

    def go(self, path: str) -> None:
        """Open a page of the office; anything but success is an error of the test."""
        response = self.page.goto(path if path.startswith("http") else self.base + path)
        assert response is not None
        assert response.ok, f"{path}: {response.status}"

    def sign_in(self, username: str, password: str) -> None:
        """Sign in through the page."""
        self.page.goto(self.base + "/sign-in/")
        self.page.fill("input[name=username]", username)
        self.page.fill("input[name=password]", password)
        self.submit("登录")
        assert "/sign-in/" not in self.page.url, self.page.inner_text("body")

    def submit(self, label: str) -> None:
        """Press the button with this word and wait for the answer."""
        self.page.locator("main button[type=submit]", has_text=label).first.click()
        self.page.wait_for_load_state()

    def fill(self, values: dict[str, str]) -> None:
        """Fill fields by name."""
        for name, value in values.items():
            self.page.fill(f"[name={name}]", value)

    def text(self) -> str:
        """What the page says."""
        return self.page.inner_text("main")

    def shoot(self, name: str) -> None:
        """Screenshots for people to look at: office and phone width."""
        SHOTS.mkdir(parents=True, exist_ok=True)
        for width, height in ((1440, 900), (390, 844)):
            self.page.set_viewport_size({"width": width, "height": height})
            self.page.screenshot(path=SHOTS / f"{name}-{width}.png", full_page=True)
            assert self.page.evaluate("document.documentElement.scrollWidth") <= width, (
                f"{name} 在 {width} 像素下横向溢出"
            )
        self.page.set_viewport_size({"width": 1440, "height": 900})


def photo(direction: str, lon: float, lat: float, seed: str) -> dict[str, Any]:
    """A drawn photo with position and azimuth, as a file to choose."""
    data = draw_photo(lon=lon, lat=lat, direction=direction, taken_at=cast.CLOCK.now, seed=seed)
    return {"name": f"{seed}-{direction}.jpg", "mimeType": "image/jpeg", "buffer": data}


def paper(text: str) -> dict[str, Any]:
    """A one-page PDF, as a file to choose."""
    return {"name": f"{text}.pdf", "mimeType": "application/pdf", "buffer": demo_pdf(text)}
