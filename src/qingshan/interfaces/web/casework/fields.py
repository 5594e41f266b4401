"""Form fields that read what people type: days in several spellings, numbers with full-width digits."""

import re
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

_DAY = re.compile(r"^\s*(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*日?\s*$")
SENSIBLE_YEARS = range(1980, 2201)
"""A slip of the finger is no date."""
_FULL_WIDTH = str.maketrans("０１２３４５６７８９．，－", "0123456789.,-")


class DayField(forms.CharField):
    """A day; the text stays in the form when it is none."""

    widget = forms.DateInput(attrs={"type": "date"})

    def clean(self, value: Any) -> date | None:
        """The day, None when nothing was typed."""
        text = str(value or "").translate(_FULL_WIDTH).strip()
        if not text:
            return None
        found = _DAY.match(text)
        try:
            day = date(*(int(part) for part in found.groups())) if found else None
        except ValueError:
            day = None
        return day if day is not None and day.year in SENSIBLE_YEARS else _no_day(text)


def _no_day(text: str) -> date:
    raise ValidationError(_("“%(text)s”不是日期，请写成 2024-08-31") % {"text": text})


class NumberField(forms.CharField):
    """A number that is not negative, kept as text without separators."""

    widget = forms.TextInput(attrs={"inputmode": "decimal"})

    def clean(self, value: Any) -> str:
        """The number as text, "" when nothing was typed."""
        text = str(value or "").translate(_FULL_WIDTH).replace(",", "").strip()
        if not text:
            return ""
        try:
            number = Decimal(text)
        except InvalidOperation:
            number = Decimal(-1)
        if not number.is_finite() or number < 0:
            raise ValidationError(_("“%(text)s”不是金额或数量，请只填数字，如 12000") % {"text": value})
        return text
