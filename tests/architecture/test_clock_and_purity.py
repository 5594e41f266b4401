"""Rules see no clock, the pure core sees no library, nobody pushes upward by signals."""

import ast
import sys

from tests.support.sources import Source, sources

OUTERMOST = {"config", "interfaces"}
CLOCKS = {
    ("datetime", "now"), ("datetime", "utcnow"), ("datetime", "today"), ("date", "today"), ("timezone", "now"),
    ("timezone", "localdate"), ("timezone", "localtime"), ("time", "time"), ("time", "localtime"),
}  # fmt: skip
SIGNALS = ("django.dispatch", "django.db.models.signals", "django.core.signals", "django.contrib.auth.signals")


def clock_readings(source: Source) -> list[str]:
    """Places where a wall clock is asked (or handed on as a default)."""
    return [
        f"{source.name}:{node.lineno} {node.value.id}.{node.attr}"
        for node in ast.walk(source.tree)
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and (node.value.id, node.attr) in CLOCKS
    ]


def test_only_the_outermost_layer_asks_the_clock() -> None:
    # tasks.py is where the worker enters: it reads the clock once and hands `now` inward, like a view does.
    inner = [source for source in sources() if source.room not in OUTERMOST and source.path.name != "tasks.py"]
    assert [reading for source in inner for reading in clock_readings(source)] == []


def test_database_defaults_ask_no_clock_either() -> None:
    found = [
        f"{source.name}:{node.lineno} {node.arg}"
        for source in sources()
        if not source.is_migration
        for node in ast.walk(source.tree)
        if isinstance(node, ast.keyword) and node.arg in {"auto_now", "auto_now_add"}
    ]
    assert not found, "\n".join(found)


def test_domain_is_standard_library_only() -> None:
    allowed = set(sys.stdlib_module_names)
    found = [
        f"{source.name}:{line} {module}"
        for source in sources()
        if source.room == "domain"
        for line, module in source.imports()
        if module.split(".")[0] not in allowed and not module.startswith("qingshan.domain.")
    ]
    assert not found, "\n".join(found)


def test_no_signals() -> None:
    found = [
        f"{source.name}:{line} {module}"
        for source in sources()
        for line, module in source.imports()
        if module.startswith(SIGNALS) or module == "django.db.models.signals"
    ]
    assert not found, "\n".join(found)


def test_foreign_files_are_parsed_in_one_place() -> None:
    found = [
        f"{source.name}:{line}"
        for source in sources()
        for line, module in source.imports()
        if module.split(".")[0] == "pyogrio" and source.path.parts[-3:] != ("geo", "readers", "gdal.py")
    ]
    assert not found, "\n".join(found)


def test_migrations_import_no_living_code() -> None:
    # Row ids and row-security SQL are the exceptions: both only ever grow.
    allowed = ("qingshan.commons.base.ids", "qingshan.commons.base.row_security")
    found = [
        f"{source.name}:{line} {module}"
        for source in sources()
        if source.is_migration
        for line, module in source.imports()
        if module.startswith("qingshan") and not module.startswith(allowed)
    ]
    assert not found, "\n".join(found)
