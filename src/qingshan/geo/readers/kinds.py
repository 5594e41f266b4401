"""Which format a file has (格式识别): told by its content, never by its name."""

from pathlib import Path, PurePosixPath

from qingshan.geo.archives import ArchiveLimits, list_members, open_zip
from qingshan.geo.features import ReadError
from qingshan.geo.pictures import HEIC_HOW, is_heic

HEAD = 64 * 1024
SHP_MAGIC = 9994
_ACCEPTED = (
    "可导入打包为 .zip 的 Shapefile、File Geodatabase（.gdb 打包）、GeoPackage、GeoJSON、KML/KMZ、奥维 OVKML/OVKMZ、"
    "[地块坐标] 文本、Excel/CSV 表格和带位置的照片（JPG）"
)
_MAGICS = (
    (b"PK", "zip"),
    (b"SQLite format 3\0", "gpkg"),
    (b"\x1f\x8b", "gzip"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "xls"),
    (b"\xff\xd8\xff", "photo"),
    (b"\x89PNG\r\n\x1a\n", "photo"),
)
_SURVEY_MARKS = ("[地块坐标]", "【地块坐标】", "[属性描述]", "【属性描述】", ",@")


def tell_kind(path: Path, limits: ArchiveLimits) -> str:
    """Slug of the format; raises `ReadError` for what is none and for archives that must not be opened."""
    head = _head(path)
    for magic, kind in _MAGICS:
        if head.startswith(magic):
            return kind if kind not in ("zip", "gzip") else _kind_of_packed(path, kind, limits)
    _refuse_known(head)
    return _kind_of_text(head)


def _head(path: Path) -> bytes:
    try:
        with path.open("rb") as stream:
            head = stream.read(HEAD)
    except OSError as error:
        raise ReadError(f"文件 {path.name} 无法打开（{error.strerror}）", "请检查文件路径和权限") from error
    if not head:
        raise ReadError("文件为空（0 字节）", "请确认文件传输完整后重新导入")
    return head


def _refuse_known(head: bytes) -> None:
    """Files whose kind is plain and that cannot be taken as they are."""
    if head[:4] == SHP_MAGIC.to_bytes(4, "big"):
        raise ReadError("单独的 .shp 没有属性和坐标系", "请把 .shp、.shx、.dbf、.prj、.cpg 一起打包为 .zip 后导入")
    if is_heic(head):
        raise ReadError("这是 HEIC 照片，不能读取", HEIC_HOW)
    if head.startswith((b"Rar!", b"7z\xbc\xaf")):
        raise ReadError("不支持 RAR 或 7z 压缩", "请解压后重新打包为 .zip")
    if head.startswith(b"AC10"):
        raise ReadError("这是 AutoCAD 的 DWG 文件", "请在 CAD 或 GIS 软件中转换为 Shapefile 后导入")
    if head.startswith(b"%PDF"):
        raise ReadError("这是 PDF 文件，不含可读取的坐标", "请向提供单位索取 Shapefile、表格或坐标文本")


def _kind_of_packed(path: Path, kind: str, limits: ArchiveLimits) -> str:
    if kind == "zip":
        with open_zip(path) as archive:
            return kind_of_names([member.name for member in list_members(archive, limits)])
    return "geojson-gz"  # nothing else is taken gzipped


def kind_of_names(names: list[PurePosixPath]) -> str:
    """Kind of an archive by the files in it, the most telling first."""
    suffixes = {name.suffix.lower() for name in names}
    texts = {str(name) for name in names}
    if suffixes & {".gdbtable"} or any(part.lower().endswith(".gdb") for name in names for part in name.parts[:-1]):
        return "gdb"
    if "[Content_Types].xml" in texts and any(text.startswith("xl/") for text in texts):
        return "xlsx"
    if "content.xml" in texts and "mimetype" in texts:
        return "ods"
    for suffix_set, kind in (({".shp"}, "shapefile"), ({".kml", ".ovkml"}, "kmz")):
        if suffixes & suffix_set:
            return kind
    return "photos" if suffixes & PICTURES and not suffixes & _DATA else "zip"


PICTURES = {".jpg", ".jpeg", ".png", ".heic", ".heif"}
"""Endings of photos in an archive."""
_DATA = {".gpkg", ".geojson", ".json", ".txt", ".csv", ".xlsx", ".xls", ".zip", ".kmz"}
"""Endings beside which pictures are mere illustrations."""


def as_text(head: bytes) -> str:
    """The beginning of a text whatever its encoding, for looking at only."""
    if head[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return head.decode("utf-16", "ignore").lstrip("\ufeff")
    if head[1:2] == b"\0" or head[:1] == b"\0":
        return head.decode("utf-16-le" if head[1:2] == b"\0" else "utf-16-be", "ignore")
    for encoding in ("utf-8", "gb18030"):
        try:
            return head[: len(head) - 4 if len(head) == HEAD else None].decode(encoding).lstrip("\ufeff")
        except UnicodeDecodeError:
            continue
    return head.decode("gb18030", "ignore")


def _kind_of_text(head: bytes) -> str:
    text = as_text(head).lstrip(" \t\r\n\ufeff")
    if text.startswith("{"):
        return "geojson"
    if text.startswith("<"):
        return "kml"
    if any(mark in text for mark in _SURVEY_MARKS):
        return "survey"
    if head.count(b"\0") > len(head) // 2 or not _is_table(text):
        raise ReadError("不认识的文件格式", _ACCEPTED)
    return "csv"


def _is_table(text: str) -> bool:
    """Whether the first line has cells and the text is one."""
    first = text.partition("\n")[0]
    printable = sum(character.isprintable() or character in "\r\n\t" for character in text[:2_000])
    return any(mark in first for mark in ",;\t，") and printable > len(text[:2_000]) * 0.97
