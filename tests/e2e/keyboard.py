"""A person who has a keyboard and nothing else: every step goes by Tab, Enter, Space, arrows and typing."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from playwright.sync_api import FileChooser, Page

FAR = 400
"""Presses of Tab after which something counts as out of reach."""
AT = """([wanted, words]) => {
  const e = document.activeElement;
  if (!e || e === document.body || e === document.documentElement) return {place: ""};
  const label = e.closest("label");
  const marked = [e, label].filter(Boolean).some((x) => {
    const s = getComputedStyle(x);
    return s.outlineStyle !== "none" && parseFloat(s.outlineWidth) >= 1;
  });
  const box = (label && e.matches("input") ? label : e).getBoundingClientRect();
  const [left, top] = [Math.max(box.left, 0), Math.max(box.top, 0)];
  const [right, bottom] = [Math.min(box.right, innerWidth), Math.min(box.bottom, innerHeight)];
  const spots = [0.5, 0.1, 0.9].flatMap((a) => [0.5, 0.1, 0.9].map((b) => [a, b]));
  const open = right > left && bottom > top && spots.some(([a, b]) => {
    const hit = document.elementFromPoint(left + (right - left) * a, top + (bottom - top) * b);
    return hit && (e.contains(hit) || hit.contains(e) && hit.closest("label, summary") !== null || hit === label);
  });
  const before = window.qsBefore;
  const back = before && before !== e && document.contains(before)
    && (before.compareDocumentPosition(e) & Node.DOCUMENT_POSITION_PRECEDING) !== 0;
  window.qsBefore = e;
  const dialog = document.querySelector("dialog[open]");
  return {
    place: e.outerHTML.slice(0, 140), box: [left, top, right, bottom].map(Math.round).join(),
    marked, open, back, outside: dialog !== null && !dialog.contains(e),
    hit: (!wanted || e.matches(wanted)) && (!words || (e.innerText || e.value || "").includes(words)),
  };
}"""


@dataclass
class Hands:
    """Somebody's keyboard before a page."""

    page: Page
    windows: list[FileChooser] = field(default_factory=list)
    """Open windows of the system in which files are chosen."""
    spelling: tuple[int, int] = (0, 0)
    """In which order this browser shows the parts of a day, and of an hour, as the last field told."""

    def __post_init__(self) -> None:
        """Listen from the start: asked for at the key press, the browser may be quicker than the question."""
        self.page.on("filechooser", self._opened)

    def _opened(self, window: FileChooser) -> None:
        self.windows.append(window)

    def press(self, *keys: str) -> None:
        """Press keys one after the other."""
        for key in keys:
            self.page.keyboard.press(key)

    def write(self, text: str) -> None:
        """Type into what has the focus."""
        self.page.keyboard.type(text)

    def look(self, wanted: str = "", words: str = "") -> bool:
        """Whether the focus is on what is wanted; wherever it is, it must be seen."""
        at = self.page.evaluate(AT, [wanted, words])
        for _ in range(5):
            if not at["place"] or at["open"]:
                break
            # A picture that arrived just now moves the page; give it the moment a person would take.
            self.page.wait_for_timeout(400)
            at = self.page.evaluate(AT, [wanted, words])
        if not at["place"]:
            return False
        assert not at["outside"], f"{self.page.url}: focus left the open dialog for {at['place']}"
        assert at["marked"], f"{self.page.url}: nothing shows the focus on {at['place']}"
        assert at["open"], f"{self.page.url}: out of sight ({at['box']}): {at['place']}"
        return bool(at["hit"])

    def to(self, wanted: str, words: str = "", *, key: str = "Tab") -> None:
        """Go on with Tab until the focus is there."""
        for _ in range(FAR):
            self.press(key)
            if self.look(wanted, words):
                return
        raise AssertionError(f"{self.page.url}: no way by keyboard to {wanted} {words}")

    def skip(self) -> None:
        """The first stop of a page is the link to its content, and it leads there.

        The answer to a form sent from there keeps ``#main`` in its address: the browser begins in the content itself.
        """
        self.press("Tab")
        if self.look(".qs-skip"):
            self.press("Enter")
            self.page.wait_for_selector("#main:focus")
            return
        first, inside = self.page.evaluate(
            "[document.activeElement.outerHTML.slice(0, 160), document.activeElement.closest('#main') !== null]"
        )
        inside = inside and self.page.url.endswith("#main")
        assert inside, f"{self.page.url}: the first stop is not the way to the content but {first}"
        self.press("Shift+Tab")

    def enter(self) -> None:
        """Press Enter on a link or button and wait for the page it brings."""
        with self.page.expect_navigation():
            self.press("Enter")
        self.page.wait_for_load_state()

    def follow(self, words: str, *, wanted: str = "main a, main button") -> None:
        """From the start of a page over its skip link to a link or button of the content, and press it."""
        self.skip()
        self.to(wanted, words)
        self.enter()

    def room(self, words: str) -> None:
        """Open a main room by the navigation."""
        self.to(".qs-nav a, .qs-bottom a", words)
        self.enter()

    def fill(self, name: str, text: str) -> None:
        """Go to a text field and type."""
        self.to(f"[name='{name}']")
        self.press("Control+a")
        self.write(text)

    def moment(self, name: str, value: str) -> None:
        """Type a date (2024-08-01) or a moment (2024-08-01T15:00) part by part, in the order the field has."""
        self.to(f"[name='{name}']")
        day, _, clock = value.partition("T")
        year, month, date = day.split("-")
        hour, minute = clock.split(":") if clock else ("", "")
        half = ["a" if int(hour) < 12 else "p"] if hour else []
        days = [year, month, date], [month, date, year], [date, month, year]
        hours = [hour, minute], [f"{(int(hour or 0) - 1) % 12 + 1:02d}", minute, *half]
        ways = [(d, h) for d in range(len(days)) for h in range(len(hours))]
        for way in sorted(ways, key=lambda way: way != self.spelling):
            parts = [*days[way[0]], *(hours[way[1]] if clock else ())]
            for at, part in enumerate(parts):
                # A full part goes on by itself or not, as the field likes: always count from the first.
                self.press(*["ArrowLeft"] * len(parts), *["ArrowRight"] * at)
                self.write(part)
            if self._value() == value:
                self.spelling = way
                return
        raise AssertionError(f"{self.page.url}: {name} cannot be typed as {value}: {self._value()}")

    def choose(self, name: str, value: str) -> None:
        """Go to a select and press the arrow until the value stands there."""
        self.to(f"select[name='{name}']")
        self.press("Home")
        for _ in range(100):
            if self._value() == value:
                return
            self.press("ArrowDown")
        raise AssertionError(f"{self.page.url}: {name} never shows {value}")

    def tick(self, name: str, value: str) -> None:
        """Go to a group of radio buttons and choose one with the arrows."""
        self.to(f"input[name='{name}']")
        for _ in range(20):
            if self._value() == value:
                self.press("Space")
                return
            self.press("ArrowDown")
        raise AssertionError(f"{self.page.url}: {name} has no {value}")

    def hand_in(self, name: str, *files: Any) -> None:
        """Go to a file field, open the window of the system with Space and choose."""
        self.to(f"input[type=file][name='{name}']")
        self.press("Space")
        for _ in range(200):
            if self.windows:
                break
            self.page.wait_for_timeout(50)
        assert self.windows, f"{self.page.url}: Space on {name} opens no window to choose files"
        chosen: list[Any] = [str(f) if isinstance(f, Path) else f for f in files]
        self.windows.pop().set_files(chosen)

    def submit(self, words: str) -> None:
        """Go on to a button of the form and press it."""
        self.to("main button[type=submit]", words)
        self.enter()

    def _value(self) -> str:
        return str(self.page.evaluate("document.activeElement.value"))
