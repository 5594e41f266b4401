"""Parts made in Python: what people typed never becomes markup, and each fact stands where it belongs."""

from datetime import UTC, datetime

import pytest

from qingshan.interfaces.web import parts

HOSTILE = "<script>\"'&{}</script>"
ESCAPED = "&lt;script&gt;&quot;&#x27;&amp;{}&lt;/script&gt;"
NOW = datetime(2024, 8, 14, 9, 0, tzinfo=UTC)


@pytest.mark.parametrize("name", ["act", "text", "unit", "post", "person", "url", "digest", "clause"])
def test_typed_words_stay_words_in_the_timeline(name: str) -> None:
    """Whatever field of an entry holds markup, a brace or a quote."""
    value = "<b>" if name == "clause" else HOSTILE
    html = parts.timeline([{"at": NOW, "act": "签收", "unit": "演示·苏村", name: value}], NOW)
    assert "<script" not in html
    assert "<b>" not in html
    assert (ESCAPED in html) is (name != "clause")


def test_typed_words_stay_words_in_lanes_and_photos() -> None:
    """Labels, notes, addresses, reasons and doubts are escaped."""
    station = {"state": "now", "label": HOSTILE, "note": HOSTILE, "url": HOSTILE, "due": NOW, "why": [HOSTILE]}
    lane = {"title": HOSTILE, "owner": HOSTILE, "stations": [station]}
    photo = {"label": HOSTILE, "alt": f"{HOSTILE} a", "url": HOSTILE, "thumb_url": HOSTILE, "flags": [HOSTILE]}
    html = parts.lanes([lane], NOW) + parts.photos([photo, {"missing": True, "label": HOSTILE}], NOW)
    assert "<script" not in html
    assert html.count(ESCAPED) == 7 + 6


def test_a_photo_says_when_and_from_where_it_was_taken() -> None:
    """A direction of nought degrees and a distance of nought metres are facts; a missing one leaves no mark."""
    facts = {"label": "东", "taken_at": NOW, "azimuth": 0, "distance_m": 0, "digest": "7c1e09" + "0" * 52 + "a90d12"}
    html = parts.photos([facts], NOW)
    assert "北 0°" in html
    assert "距图斑 0 米" in html
    assert "7c1e09…a90d12" in html
    bare = parts.photos([{"label": "东", "azimuth": None, "distance_m": None}], NOW)
    assert "qs-photo__azimuth" not in bare
    assert "距图斑" not in bare
    assert 'alt=""' in bare


def test_a_due_moment_tells_how_it_was_computed() -> None:
    """Late is marked, the reasons and the clause open from it; without reasons the clause stands alone."""
    late = parts.due_with_reasons(NOW.replace(day=13), NOW, why=["收到起 1 日"], clause="三-1-2①c")
    assert "qs-due--late" in late
    assert "<li>收到起 1 日</li>" in late
    assert "qs-clause" in late
    alone = parts.due_with_reasons(None, NOW, why=[], clause="三-1-2①c")
    assert "时限未定" in alone
    assert "qs-why" not in alone
    assert "qs-clause" in alone
