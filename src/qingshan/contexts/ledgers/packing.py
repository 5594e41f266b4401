"""The scan of an uploaded workbook, as the ledgers know it; it stands with the files, other rooms use it too."""

from qingshan.commons.files.packages import MAX_AREA, Scanned, SheetRefused, scan_workbook

__all__ = ["MAX_AREA", "Scanned", "SheetRefused", "scan_workbook"]
