"""A context is entered through its public module, by other contexts and by interfaces alike."""

from tests.support.sources import PACKAGE, sources

CONTEXTS = sorted(folder.name for folder in (PACKAGE / "contexts").iterdir() if (folder / "__init__.py").exists())
# A second door for heavy work: loaded by the worker and the command line, never by a page.
WORKER_DOORS = {"tasks", "public_worker"}


def test_contexts_are_entered_by_their_public_module_only() -> None:
    found = []
    for source in sources():
        for line, module in source.imports():
            parts = module.split(".")
            if parts[:2] != ["qingshan", "contexts"] or len(parts) < 4:
                continue
            inside = source.path.is_relative_to(PACKAGE / "contexts" / parts[2])
            by_worker_door = parts[3] in WORKER_DOORS and source.path.is_relative_to(PACKAGE / "interfaces" / "cli")
            if not inside and not by_worker_door and parts[3] != "public":
                found.append(f"{source.name}:{line} {module}")
    assert not found, "\n".join(found)


def test_there_are_contexts_to_check() -> None:
    assert {"campaigns", "leads", "cases", "ledgers"} <= set(CONTEXTS)
