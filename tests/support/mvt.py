"""Reading of vector tiles in tests: enough of the format to count features and look at their properties."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from typing import Any


def _varint(data: bytes, at: int) -> tuple[int, int]:
    value = shift = 0
    while True:
        byte = data[at]
        value |= (byte & 0x7F) << shift
        at, shift = at + 1, shift + 7
        if byte < 0x80:
            return value, at


def _fields(data: bytes) -> Iterator[tuple[int, Any]]:
    at = 0
    while at < len(data):
        key, at = _varint(data, at)
        number, wire = key >> 3, key & 7
        if wire == 0:
            value, at = _varint(data, at)
        elif wire == 2:
            size, at = _varint(data, at)
            value, at = data[at : at + size], at + size
        else:
            size = {1: 8, 5: 4}[wire]
            value, at = data[at : at + size], at + size
        yield number, value


def _value(data: bytes) -> Any:
    number, value = next(_fields(data))
    if number == 1:
        return value.decode()
    if number in (2, 3):
        return struct.unpack("<f" if number == 2 else "<d", value)[0]
    if number == 6:
        return (value >> 1) ^ -(value & 1)
    return bool(value) if number == 7 else value


def _packed(data: bytes) -> list[int]:
    values, at = [], 0
    while at < len(data):
        value, at = _varint(data, at)
        values.append(value)
    return values


def read_tile(data: bytes) -> dict[str, list[dict[str, Any]]]:
    """Properties of the features by layer."""
    found: dict[str, list[dict[str, Any]]] = {}
    for number, layer in _fields(data):
        if number == 3:
            name, rows = _layer(layer)
            found.setdefault(name, []).extend(rows)
    return found


def _layer(data: bytes) -> tuple[str, list[dict[str, Any]]]:
    parts: dict[int, list[Any]] = {1: [], 2: [], 3: [], 4: []}
    for number, value in _fields(data):
        parts.setdefault(number, []).append(value)
    keys, values = [key.decode() for key in parts[3]], [_value(value) for value in parts[4]]
    rows = []
    for feature in parts[2]:
        tags = next((_packed(v) for n, v in _fields(feature) if n == 2), [])
        rows.append({keys[tags[i]]: values[tags[i + 1]] for i in range(0, len(tags), 2)})
    return parts[1][0].decode(), rows


def read_points(data: bytes, layer: str) -> list[tuple[int, int]]:
    """Where the points of a layer stand, in units of the tile, one per feature."""
    found = []
    for number, content in _fields(data):
        fields = list(_fields(content)) if number == 3 else []
        if any(n == 1 and value.decode() == layer for n, value in fields):
            for feature in (value for n, value in fields if n == 2):
                _command, x, y = next(_packed(v) for n, v in _fields(feature) if n == 4)[:3]
                found.append(((x >> 1) ^ -(x & 1), (y >> 1) ^ -(y & 1)))
    return found
