"""Old ledgers as tables (旧台账读取): foreign tables whose headings are guessed by our list. Worker and CLI only."""

from pathlib import Path

from qingshan.commons.files.foreign_tables import ForeignTable, read_foreign_tables
from qingshan.contexts.ledgers.takeover_words import guess_columns, old_words


def guesses_of(table: ForeignTable) -> dict[str, str]:
    """Name of a column → our field, as guessed."""
    names = table.keys()
    return {names[column]: field for column, field in guess_columns(table.headings).items()}


def read_tables(path: Path, file_name: str) -> list[ForeignTable]:
    """All sheets of a workbook (.xlsx, .xls) or the one table of a text file (.csv); raises `SheetRefused`."""
    return read_foreign_tables(path, file_name, known=old_words().known)
