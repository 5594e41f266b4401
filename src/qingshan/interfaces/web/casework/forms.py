"""Forms of cases: they read what was typed and keep it; whether it is enough is decided by the contexts."""

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from qingshan.contexts.campaigns.public import InForce
from qingshan.contexts.cases.public import Case, subcode_needs, subcodes_of
from qingshan.domain.acts import ActRefused
from qingshan.domain.plan import FieldDef, Plan
from qingshan.interfaces.web.casework.fields import DayField, NumberField

_SPLIT = re.compile(r"[、,，;；\s]+")


class ReadingForm(forms.Form):
    """A form that only reads; nothing is required here, the refusal of the act says what is missing."""

    def place(self, refusal: ActRefused) -> None:
        """Put each thing a refusal names beside the field it is about, as far as the words tell."""
        for text in refusal.missing or (refusal.message,):
            name = self._named_in(text)
            if name:
                self.add_error(name, text)

    def _named_in(self, text: str) -> str:
        named = [(len(str(f.label)), name) for name, f in self.fields.items() if f.label and str(f.label) in text]
        return max(named)[1] if named else ""


def _kind_choices(plan: Plan, in_force: InForce) -> list[tuple[str, list[tuple[str, str]]]]:
    return [
        (c.label, [(f"{c.slug}:{code}", f"{code} {label}") for code, label in subcodes_of(in_force, c.slug).items()])
        for c in plan.categories
    ]


class OpeningPage(ReadingForm):
    """Putting a substantiated lead on the ledger (列入台账)."""

    kind = forms.ChoiceField(required=False)
    rectification_mode = forms.ChoiceField(required=False)
    responsible_person = forms.CharField(required=False, max_length=60)
    due_on = DayField(required=False)
    party = forms.CharField(required=False, max_length=120)
    mineral = forms.CharField(required=False, max_length=60)

    def __init__(self, in_force: InForce, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        plan = in_force.plan
        choice = self.fields["kind"]
        choice.label = _("违法情形")
        self._choices("kind", [("", _("请选择")), *_kind_choices(plan, in_force)])
        modes = [("", _("请选择")), *((m.slug, m.label) for m in plan.rectification_modes)]
        self.fields["rectification_mode"].label = _("整改方式")
        self._choices("rectification_mode", modes)
        self.fields["responsible_person"].label = _("整改责任人")
        self.fields["due_on"].label = _("完成时限")
        self.fields["party"].label = _("违法主体")
        self.fields["mineral"].label = _("矿种")
        self.needs = subcode_needs(in_force)
        for slug, label in self._asked():
            self.fields[f"extra_{slug}"] = forms.CharField(required=False, max_length=200, label=label)

    def _choices(self, name: str, choices: Iterable[Any]) -> None:
        field = self.fields[name]
        if isinstance(field, forms.ChoiceField):
            field.choices = list(choices)

    def _asked(self) -> Iterable[tuple[str, str]]:
        return {slug: label for needs in self.needs.values() for slug, label in needs.items()}.items()

    def chosen(self) -> tuple[str, str]:
        """Category and sub-code as chosen, ("", "") for none."""
        category, _colon, code = str(self.data.get("kind", "")).partition(":")
        return category, code

    def extra_groups(self) -> list[dict[str, object]]:
        """Fields that some sub-codes ask for, by the sub-codes that ask: all of them, or those of the chosen one."""
        chosen = self.chosen()[1]
        groups: dict[tuple[str, ...], list[str]] = {}
        for code, needs in self.needs.items():
            if needs and (not chosen or code == chosen):
                groups.setdefault(tuple(needs), []).append(code)
        return [
            {"codes": "、".join(codes), "fields": [self[f"extra_{slug}"] for slug in slugs]}
            for slugs, codes in groups.items()
        ]

    def extras(self) -> dict[str, str]:
        """What was typed into the fields of the chosen sub-code."""
        wanted = self.needs.get(self.chosen()[1], {})
        return {slug: str(self.data.get(f"extra_{slug}", "")) for slug in wanted}


def milestone_rows(data: Mapping[str, Any] | None, at_least: int) -> list[dict[str, str]]:
    """Rows of milestones as typed, filled up with empty ones."""
    days = data.getlist("milestone_on") if data is not None else []  # type: ignore[attr-defined]
    words = data.getlist("milestone_what") if data is not None else []  # type: ignore[attr-defined]
    rows = [{"on": on, "what": what} for on, what in zip(days, words, strict=False)]
    return rows + [{"on": "", "what": ""}] * max(0, at_least - len(rows))


def read_milestones(rows: Sequence[Mapping[str, str]]) -> tuple[tuple[date | None, str], ...]:
    """Milestones without the empty rows; a day that is none is None."""
    return tuple((_day_or_none(r["on"]), r["what"]) for r in rows if r["on"].strip() or r["what"].strip())


def _day_or_none(text: str) -> date | None:
    try:
        return DayField(required=False).clean(text)
    except ValidationError:
        return None


def _field_for(definition: FieldDef) -> forms.Field:
    if definition.kind == "date":
        return DayField(required=False, label=definition.label)
    if definition.kind in ("number", "money"):
        return NumberField(required=False, label=definition.label)
    if definition.kind == "choice":
        choices = [("", _("请选择")), *((c, c) for c in definition.choices)]
        return forms.ChoiceField(required=False, label=definition.label, choices=choices)
    return forms.CharField(required=False, max_length=2000, label=definition.label)


class StationForm(ReadingForm):
    """Fields that the plan asks of one station, by their kinds."""

    def __init__(self, definitions: Sequence[FieldDef], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.slugs = tuple(d.slug for d in definitions)
        for definition in definitions:
            self.fields[definition.slug] = _field_for(definition)

    def rows(self) -> list[forms.BoundField]:
        """The plan's fields in order."""
        return [self[slug] for slug in self.slugs]

    def texts(self) -> dict[str, str]:
        """Values as texts, days as 2024-08-31."""
        values = {slug: self.cleaned_data.get(slug) for slug in self.slugs}
        return {s: v.isoformat() if isinstance(v, date) else str(v or "") for s, v in values.items()}


class StationCorrection(StationForm):
    """Correcting the fields of a finished station."""

    def __init__(self, definitions: Sequence[FieldDef], *args: Any, **kwargs: Any) -> None:
        super().__init__(definitions, *args, **kwargs)
        self.fields["reason"] = _reason(_("更正理由"))


def _reason(label: str) -> forms.CharField:
    return forms.CharField(required=False, max_length=2000, label=label, widget=forms.Textarea(attrs={"rows": 3}))


class AcceptanceForm(ReadingForm):
    """County acceptance (县级验收)."""

    members = forms.CharField(required=False, max_length=300)
    opinion = forms.CharField(required=False, max_length=4000, widget=forms.Textarea(attrs={"rows": 4}))
    accepted_on = DayField(required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["members"].label = _("验收组成员")
        self.fields["opinion"].label = _("验收意见")
        self.fields["accepted_on"].label = _("验收日期")

    def names(self) -> tuple[str, ...]:
        """Names of the members, separated by 、 or blanks."""
        return tuple(n for n in _SPLIT.split(str(self.cleaned_data.get("members") or "")) if n)


class CityReportForm(ReadingForm):
    """A report of accepted cases to the city (上报市局)."""

    number = forms.CharField(required=False, max_length=60)
    reported_on = DayField(required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["number"].label = _("上报文号")
        self.fields["reported_on"].label = _("上报日期")


class CityCheckForm(ReadingForm):
    """The city's questions (市级核查四问): yes or no each, a remark where it is no."""

    checked_on = DayField(required=False)

    def __init__(self, questions: Mapping[str, str], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.questions = dict(questions)
        self.fields["checked_on"].label = _("核查日期")
        for slug, label in questions.items():
            answer = forms.ChoiceField(
                required=False, label=label, choices=[("yes", _("通过")), ("no", _("不通过"))], widget=forms.RadioSelect
            )
            self.fields[f"answer_{slug}"] = answer
            self.fields[f"remark_{slug}"] = forms.CharField(required=False, max_length=1000, label=_("不通过的原因"))

    def rows(self) -> list[dict[str, object]]:
        """Per question its answer and remark fields."""
        return [{"slug": s, "answer": self[f"answer_{s}"], "remark": self[f"remark_{s}"]} for s in self.questions]

    def answers(self) -> dict[str, bool]:
        """Answers given; a question without one is left out."""
        given = {s: self.cleaned_data.get(f"answer_{s}") for s in self.questions}
        return {s: answer == "yes" for s, answer in given.items() if answer in ("yes", "no")}

    def remarks(self) -> dict[str, str]:
        """Remarks by question."""
        return {s: str(self.cleaned_data.get(f"remark_{s}") or "") for s in self.questions}


class ReopenForm(ReadingForm):
    """Reopening (重新打开): why, and which tracks have to be worked anew."""

    tracks = forms.MultipleChoiceField(required=False, widget=forms.CheckboxSelectMultiple)

    def __init__(self, tracks: Sequence[tuple[str, str]], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["tracks"]
        field.label = _("须重新办理的办理线")
        if isinstance(field, forms.MultipleChoiceField):
            field.choices = list(tracks)
        self.fields["reason"] = _reason(_("重新打开的理由"))


class CorrectionForm(ReadingForm):
    """Correcting what stands on the ledger (更正)."""

    rectification_mode = forms.ChoiceField(required=False)
    due_on = forms.CharField(required=False, widget=forms.DateInput(attrs={"type": "date"}))
    mineral = forms.CharField(required=False, max_length=60)

    def __init__(self, plan: Plan, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        mode = self.fields["rectification_mode"]
        mode.label = _("整改方式")
        if isinstance(mode, forms.ChoiceField):
            mode.choices = [(m.slug, m.label) for m in plan.rectification_modes]
        self.fields["due_on"].label = _("完成时限")
        self.fields["mineral"].label = _("矿种")
        self.fields["reason"] = _reason(_("更正理由"))

    @staticmethod
    def values_of(case: Case) -> dict[str, str]:
        """Values as they stand."""
        return {
            "rectification_mode": case.rectification_mode,
            "due_on": case.due_on.isoformat(),
            "mineral": case.mineral,
        }


def photos_field(help_text: str, *, label: str = "") -> dict[str, object]:
    """Field for photos, as the tag `field` takes it."""
    return {"name": "photos", "label": label or _("现场照片"), "kind": "photos", "help": help_text, "required": False}


def files_field(help_text: str) -> dict[str, object]:
    """Field for papers, as the tag `field` takes it."""
    return {
        "name": "files",
        "label": _("文书"),
        "kind": "file",
        "multiple": True,
        "accept": "application/pdf,image/jpeg,image/png",
        "help": help_text,
        "required": False,
    }
