"""Every component renders; pages keep to the content policy; every state has a word, every text an English one."""

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from django.template import Context, Engine, Template, TemplateSyntaxError
from django.utils import translation

from qingshan.domain.acts import CATALOGUE
from qingshan.domain.case import CaseState
from qingshan.domain.lead import LeadState, UnfoundedReason, Verdict
from qingshan.interfaces.web import gallery, labels, translations
from qingshan.interfaces.web.assets import DIST, AssetsMissing, read_assets
from qingshan.interfaces.web.fields import field_context

TEMPLATES = Path(gallery.__file__).parent / "templates"
NOW = datetime(2024, 8, 14, 6, 0, tzinfo=UTC)


def render(source: str, **context: object) -> str:
    with translation.override("zh-hans"):
        return Template("{% load qs %}" + source).render(Context({"now": NOW, **context}))


@pytest.fixture(scope="module")
def sheets(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    folder = tmp_path_factory.mktemp("gallery")
    return {path.name: path.read_text(encoding="utf-8") for path in gallery.write_gallery(folder)}


def test_gallery_shows_every_component(sheets):
    assert "图斑 13013200417 实地核查" in sheets["index.html"]
    assert 'data-bs-theme="dark"' in sheets["dark.html"]
    assert "1 day overdue" in sheets["en.html"]
    assert "<h1>" in sheets["404.html"]
    assert "没有找到" in sheets["404.html"].split("<h1>")[1].split("</h1>")[0]


def test_no_template_needs_inline_styles_or_scripts():
    bad = re.compile(r"<style|\sstyle=|\son[a-z]+=\"|<script(?![^>]*(src=|application/json))|hx-on|javascript:")
    found = [path.name for path in TEMPLATES.rglob("*.html") if bad.search(path.read_text(encoding="utf-8"))]
    assert found == []


def test_no_template_loads_from_another_host():
    found = [
        p.name for p in TEMPLATES.rglob("*.html") if re.search(r"(?:src|href)=\"(?:https?:)?//", p.read_text("utf-8"))
    ]
    assert found == []


def test_every_state_and_act_of_the_core_has_a_word():
    assert set(labels.STATES["lead"]) == set(LeadState)
    assert set(labels.STATES["case"]) == set(CaseState)
    assert set(labels.STATES["verdict"]) == set(Verdict)
    assert set(labels.UNFOUNDED_REASONS) == set(UnfoundedReason)
    assert set(labels.ACTS) == set(CATALOGUE)


def test_states_of_one_kind_are_told_apart_without_colour():
    for kind, states in labels.STATES.items():
        words = [str(label.text) for label in states.values()]
        assert len(set(words)) == len(words), kind


def test_unknown_slug_is_refused_not_shown():
    with pytest.raises(labels.UnknownLabel, match="lead: nonsense"):
        labels.state_label("lead", "nonsense")


def test_every_text_has_an_english_one():
    assert translations.missing() == []


def test_overdue_is_red_only_while_it_is_judged():
    past = NOW - timedelta(hours=3)
    assert "qs-due--late" in render("{% due at %}", at=past)
    assert "qs-due--late" not in render("{% due at done=True %}", at=past)
    assert "时限未定" in render("{% due at %}", at=None)


def test_texts_are_escaped():
    assert "&lt;b&gt;" in render("{% person name %}", name="<b>")
    assert "&lt;b&gt;" in render("{% icon 'copy' label %}", label="<b>")


def test_clause_marks_link_to_the_wording():
    html = render("{% clause '三-1-2①c 三-3-1①' %}")
    assert html.count('class="qs-clause"') == 2


def test_field_ties_fault_and_help_to_the_input():
    field = {"name": "due", "label": "完成时限", "kind": "date", "help": "不晚于行动截止", "error": "早于今天"}
    html = render("{% field field %}", field=field)
    assert 'aria-describedby="id_due_help id_due_error"' in html
    assert 'aria-invalid="true"' in html
    assert 'id="id_due_error"' in html


def test_field_refuses_options_it_does_not_know():
    with pytest.raises(TypeError, match="colour"):
        field_context({"name": "a", "label": "甲"}, {"colour": "red"})


def test_same_block_needs_a_name():
    with pytest.raises(TemplateSyntaxError):
        Template("{% load qs %}{% same_block %}")


def test_a_missing_build_says_what_to_run(tmp_path):
    with pytest.raises(AssetsMissing, match="npm run build"):
        read_assets(tmp_path)
    (tmp_path / "manifest.json").write_text("{}", encoding="utf-8")
    with pytest.raises(AssetsMissing, match="no entry"):
        read_assets(tmp_path)


def test_the_build_holds_what_pages_load():
    built = read_assets(DIST)
    for address in (built.script, built.sprite, built.mark, *built.styles):
        assert (DIST / address.split("/web/dist/")[1]).is_file()


@pytest.mark.parametrize("name", ["400", "403", "403_csrf", "404", "500"])
def test_fault_pages_are_found_by_their_common_names(name):
    with translation.override("zh-hans"):
        html = Engine.get_default().get_template(f"{name}.html").render(Context({"exception": "不在您的辖区内"}))
    assert ("不在您的辖区内" in html) is (name in {"403", "404"})
    assert re.search(r"<h1>\s*\S", html)
