"""Words that the worker stored with an old ledger (接管), in the language of whoever looks.

Sums and row kinds are stored in Chinese because the report to the row is; the pages show them translated. Sentences
that quote cells of the file (why a row is refused) stay as they were written.
"""

from django.utils.translation import gettext as _


def in_words(text: str) -> str:
    """A stored word, or several joined by "；", as shown; what is not one of ours (names of places) stays."""
    known = _words()
    return "；".join(known.get(part, part) for part in text.split("；"))


def _words() -> dict[str, str]:
    return {
        "全部": _("全部"),
        "未核查": _("未核查"),
        "核查中": _("核查中"),
        "查否": _("查否"),
        "存疑": _("存疑"),
        "整改中": _("整改中"),
        "已整改": _("已整改"),
        "已验收": _("已验收"),
        "已上报市局": _("已上报市局"),
        "市级核查通过": _("市级核查通过"),
        "已销号": _("已销号"),
        "合计行": _("合计行"),
        "表尾（签字、说明）": _("表尾（签字、说明）"),
        "重复的表头": _("重复的表头"),
        "工作表没有认出表头": _("工作表没有认出表头"),
        "标题行": _("标题行"),
        "表头": _("表头"),
        "栏次行": _("栏次行"),
        "分段标题或孤立文字": _("分段标题或孤立文字"),
        "只有序号的空行": _("只有序号的空行"),
        "工作表没有选入接管": _("工作表没有选入接管"),
    }
