"""A context is entered through its public module, by other contexts and by interfaces alike."""

from tests.support.sources import PACKAGE, sources

CONTEXTS = sorted(folder.name for folder in (PACKAGE / "contexts").iterdir() if (folder / "__init__.py").exists())
# A second door for heavy work: for the command line and for the worker modules of a higher context, never for a page
# and never for a first door (import-linter holds that no page comes to it indirectly).
WORKER_DOORS = {"tasks", "public_worker"}


def test_contexts_are_entered_by_their_public_module_only() -> None:
    found = []
    for source in sources():
        for line, module in source.imports():
            parts = module.split(".")
            if parts[:2] != ["qingshan", "contexts"] or len(parts) < 4:
                continue
            inside = source.path.is_relative_to(PACKAGE / "contexts" / parts[2])
            worker = source.path.is_relative_to(PACKAGE / "interfaces" / "cli") or (
                source.path.is_relative_to(PACKAGE / "contexts") and source.path.name != "public.py"
            )
            by_worker_door = parts[3] in WORKER_DOORS and worker
            if not inside and not by_worker_door and parts[3] != "public":
                found.append(f"{source.name}:{line} {module}")
    assert not found, "\n".join(found)


def test_there_are_contexts_to_check() -> None:
    assert {"campaigns", "leads", "cases", "ledgers"} <= set(CONTEXTS)
