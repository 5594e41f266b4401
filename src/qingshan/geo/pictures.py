"""Photos that are told by their first bytes and not read (HEIC 照片). Light: the web process uses it too."""

HEIC_HOW = "请在手机“设置 → 相机 → 格式”选“兼容性最佳”后重拍，或在相册里导出为 JPG（保留位置）再传"
_HEIC = (b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1", b"avif")


def is_heic(head: bytes) -> bool:
    """Whether these are the first bytes of a HEIC or AVIF photo."""
    return head[4:8] == b"ftyp" and head[8:12] in _HEIC
