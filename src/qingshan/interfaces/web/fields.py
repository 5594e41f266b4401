"""Form fields for the page: one description of a field, from a Django form or from a plain mapping."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms
from django.forms import BoundField
from django.utils.safestring import SafeString

_GROUPS = (forms.RadioSelect, forms.CheckboxSelectMultiple)
_OPTIONS = frozenset({"clause", "suffix", "help", "optional", "kind", "accept", "list"})


def field_context(field: BoundField | Mapping[str, Any], options: Mapping[str, Any]) -> dict[str, Any]:
    """Everything `field.html` needs; raises TypeError for an option it does not know."""
    unknown = set(options) - _OPTIONS
    if unknown:
        raise TypeError(f"field: unknown options {sorted(unknown)}")
    base = _from_form(field, options) if isinstance(field, BoundField) else _from_mapping(field)
    chosen = {key: options[key] for key in ("clause", "suffix", "help", "kind", "accept", "list") if key in options}
    return {**base, **chosen, "optional": options.get("optional", not base["required"])}


def _from_form(field: BoundField, options: Mapping[str, Any]) -> dict[str, Any]:
    identity, widget = field.auto_id, field.field.widget
    errors, help_text = list(field.errors), options.get("help", field.help_text)
    kind = str(options.get("kind") or _kind(widget))
    return {
        "id": identity,
        "name": field.html_name,
        "label": field.label,
        "kind": kind,
        "required": field.field.required,
        "help": help_text,
        "errors": errors,
        "described": described_by(identity, help_text=bool(help_text), errors=bool(errors)),
        "widget": _widget_html(field, kind, help_text=bool(help_text), options=options),
        "multiple": bool(getattr(widget, "allow_multiple_selected", False)),
    }


def _kind(widget: forms.Widget) -> str:
    if isinstance(widget, _GROUPS):
        return "group"
    if isinstance(widget, forms.CheckboxInput):
        return "checkbox"
    if isinstance(widget, forms.FileInput):
        return "file"
    return "hidden" if widget.is_hidden else "control"


def _widget_html(field: BoundField, kind: str, *, help_text: bool, options: Mapping[str, Any]) -> SafeString:
    attrs: dict[str, Any] = {}
    if kind == "control":
        attrs["class"] = "form-select" if isinstance(field.field.widget, forms.Select) else "form-control"
    elif kind == "checkbox":
        attrs["class"] = "form-check-input"
    if options.get("accept"):
        attrs["accept"] = options["accept"]
    described = described_by(field.auto_id, help_text=help_text, errors=bool(field.errors))
    if described and kind != "group":
        attrs["aria-describedby"] = described
    if field.errors and kind != "group":
        attrs["aria-invalid"] = "true"
    return field.as_widget(attrs=attrs)


def _from_mapping(field: Mapping[str, Any]) -> dict[str, Any]:
    name = str(field["name"])
    identity = str(field.get("id") or f"id_{name}")
    errors = [str(field["error"])] if field.get("error") else list(field.get("errors", ()))
    return {
        "value": "",
        "options": (),
        "attrs": {},
        "accept": "",
        "multiple": False,
        "suffix": "",
        "clause": "",
        **field,
        "id": identity,
        "kind": str(field.get("kind", "text")),
        "required": bool(field.get("required", True)),
        "help": field.get("help", ""),
        "errors": errors,
        "described": described_by(identity, help_text=bool(field.get("help")), errors=bool(errors)),
        "widget": None,
    }


def described_by(identity: str, *, help_text: bool, errors: bool) -> str:
    """Ids of the elements that explain a field, for ``aria-describedby``."""
    return " ".join(filter(None, [f"{identity}_help" if help_text else "", f"{identity}_error" if errors else ""]))
