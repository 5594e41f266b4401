"""axe-core over a page of the office: WCAG 2.1 A and AA, size of touch targets, sideways scrolling."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from playwright.sync_api import BrowserContext, Page

AXE = Path("frontend/office/node_modules/axe-core/axe.min.js")
OFFICE, PHONE = (1440, 900), (390, 844)
STILL = """addEventListener("DOMContentLoaded", () => {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync("*, *::before, *::after { transition: none !important; animation: none !important; }");
  document.adoptedStyleSheets.push(sheet);
});"""
"""Colours half way from one theme to the other are no page's colours."""
FEW_MAPS = """if (!/^\\/(map|leads\\/new)\\//.test(location.pathname)) {
  const get = HTMLCanvasElement.prototype.getContext;
  HTMLCanvasElement.prototype.getContext = function (kind, ...rest) {
    return /webgl/.test(kind) ? null : get.call(this, kind, ...rest);
  };
}"""
"""Maps are drawn without a graphics card here, which takes minutes over all pages: drawn on the map page and on the
form with a position; everywhere else the page says that it has no map. Nothing is left out of what axe looks at."""
TAGS = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice")
EVERYTHING: dict[str, Any] = {
    "runOnly": {"type": "tag", "values": list(TAGS)},
    # Size of touch targets (WCAG 2.2, 2.5.8) is off in axe unless asked for.
    "rules": {"target-size": {"enabled": True}},
    "resultTypes": ["violations"],
    # No rule of these reads style sheets or recordings beforehand.
    "preload": False,
}
NARROW = ("color-contrast", "target-size", "scrollable-region-focusable", "region", "label", "button-name", "link-name")
"""What a narrow screen can change: what is shown, how large, and on which ground."""


def _only(*rules: str) -> dict[str, Any]:
    return {"runOnly": {"type": "rule", "values": list(rules)}, "resultTypes": ["violations"], "preload": False}


LIGHT = (OFFICE, "light", EVERYTHING)
DARK = (OFFICE, "dark", _only("color-contrast"))
PHONE_LIGHT = (PHONE, "light", _only(*NARROW))
DARK_PHONE = (PHONE, "dark", _only("color-contrast"))
"""A dark phone differs from a dark office by its frame, which is the same on every page."""
LOOK = """async ([theme, options, within]) => {
  document.documentElement.dataset.bsTheme = theme;
  const frame = () => new Promise((done) => requestAnimationFrame(done));
  await frame(); await frame();
  const seen = document.documentElement.clientWidth;
  const wide = document.documentElement.scrollWidth > seen;
  const out = wide ? [...document.querySelectorAll("body *")].filter(
    (e) => e.getBoundingClientRect().right > seen + 1) : [];
  const found = await axe.run(within ? document.querySelector(within) : document, options);
  return [
    wide ? out.slice(-3).map((e) => e.outerHTML.slice(0, 120)).join(" | ") || "?" : "",
    found.violations.flatMap((v) => v.nodes.map((n) => [v.id, n.target.join(" "), n.html.slice(0, 160),
      (n.any[0] ?? n.all[0] ?? n.none[0] ?? {message: v.help}).message])),
  ];
}"""


def arm(context: BrowserContext) -> None:
    """Have axe in every page of this window; the browser brings it in, so the page's own policy stays as it is."""
    context.add_init_script(path=AXE)
    context.add_init_script(STILL)
    context.add_init_script(FEW_MAPS)


def faults_of(page: Page, *, within: str = "", dark: bool = False, frame: bool = True) -> Iterator[str]:
    """What is wrong with the page that stands open, at both widths; one line per element.

    ``within``: only this part of it. ``dark``: in the dark theme too. ``frame``: in the dark and on the phone look at
    what surrounds every page as well (and, ``dark``, at all of it on a dark phone).
    """
    rounds = (LIGHT, *([DARK] if dark else []), PHONE_LIGHT, *([DARK_PHONE] if dark and frame else []))
    for (width, height), theme, options in rounds:
        if page.viewport_size != {"width": width, "height": height}:
            page.set_viewport_size({"width": width, "height": height})
        part = within or ("" if frame or options is EVERYTHING else "main")
        overflow, faults = page.evaluate(LOOK, [theme, options, part])
        if overflow:
            yield f"{width}: scrolls sideways: {overflow}"
        for rule, target, html, message in faults:
            yield f"{width} {theme}: {rule}: {target}: {json.dumps(html, ensure_ascii=False)}: {message}"
