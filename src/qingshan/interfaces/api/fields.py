"""Types of fields: strict numbers, storable texts, whole moments. A string is never a number here."""

import re
from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Any
from uuid import UUID

from ninja import Schema
from pydantic import BeforeValidator, ConfigDict, Field, Strict, WithJsonSchema

_UUID = re.compile(r"[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12}", re.IGNORECASE)
_MOMENT = re.compile(r"\d{4}-\d\d-\d\d[Tt]\d\d:\d\d(:\d\d(\.\d{1,6})?)?([Zz]|[+-]\d\d:\d\d)")
_DAY = re.compile(r"\d{4}-\d\d-\d\d")
EARLIEST, LATEST = 1980, 2200
"""Years that can be meant."""


def _key(value: Any) -> Any:
    if isinstance(value, UUID):
        return value
    if not isinstance(value, str) or _UUID.fullmatch(value) is None:
        raise ValueError("须为 UUID，例如 01890a5d-ac96-774b-bcce-b302099a8057")
    return UUID(value)


def _moment(value: Any) -> Any:
    if isinstance(value, datetime):
        return value
    if not isinstance(value, str) or _MOMENT.fullmatch(value) is None:
        raise ValueError("须为带时区的时刻，例如 2024-08-14T17:00:00+08:00")
    try:
        moment = datetime.fromisoformat(value.upper())
    except ValueError:
        raise ValueError("没有这个时刻") from None
    if not EARLIEST <= moment.year <= LATEST:
        raise ValueError("年份不对")
    return moment


def _day(value: Any) -> Any:
    if isinstance(value, date) and not isinstance(value, datetime):
        return value
    if not isinstance(value, str) or _DAY.fullmatch(value) is None:
        raise ValueError("须为日期，例如 2024-08-14")
    try:
        day = date.fromisoformat(value)
    except ValueError:
        raise ValueError("没有这一天") from None
    if not EARLIEST <= day.year <= LATEST:
        raise ValueError("年份不对")
    return day


def _digits(value: Any) -> Any:
    if isinstance(value, str) and value.isascii() and value.isdecimal() and len(value) < 10:
        return int(value)
    raise ValueError("须为不带符号的整数")


def _switch(value: Any) -> Any:
    if value in ("true", "1", "false", "0"):
        return value in ("true", "1")
    raise ValueError("须为 true 或 false")


def _amount(value: Any) -> Any:
    if isinstance(value, str) and re.fullmatch(r"-?[0-9]{1,10}(\.[0-9]{1,6})?", value):
        return Decimal(value)
    raise ValueError("须为数字，例如 1200.5")


Key = Annotated[UUID, BeforeValidator(_key), WithJsonSchema({"type": "string", "format": "uuid"})]
Moment = Annotated[datetime, BeforeValidator(_moment), WithJsonSchema({"type": "string", "format": "date-time"})]
Day = Annotated[date, BeforeValidator(_day), WithJsonSchema({"type": "string", "format": "date"})]
Flag = Annotated[bool, Strict()]
Longitude = Annotated[float, Strict(), Field(ge=-180, le=180, allow_inf_nan=False)]
Latitude = Annotated[float, Strict(), Field(ge=-90, le=90, allow_inf_nan=False)]
Short = Annotated[str, Field(max_length=120)]
Name = Annotated[str, Field(max_length=60)]
Line = Annotated[str, Field(max_length=200)]
Text = Annotated[str, Field(max_length=5000)]
QueryNumber = Annotated[
    int, BeforeValidator(_digits), WithJsonSchema({"type": "integer", "minimum": 0, "maximum": 999999999})
]
QueryAmount = Annotated[Decimal, BeforeValidator(_amount), WithJsonSchema({"type": "number"})]
QuerySwitch = Annotated[bool, BeforeValidator(_switch), WithJsonSchema({"type": "boolean"})]


class Body(Schema):
    """What a program sends: unknown fields are refused."""

    model_config = ConfigDict(extra="forbid")


class Answer(Schema):
    """What a program gets."""
