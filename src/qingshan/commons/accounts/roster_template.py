"""The template of a roster (名册模板): an Excel file with the vacant posts, so that only names need filling in."""

import io
from collections.abc import Sequence
from datetime import date
from uuid import UUID

import xlsxwriter

from qingshan.commons.people.models import Post
from qingshan.commons.people.selectors import full_name, holdings_on

COLUMNS = (("姓名", 14), ("单位", 26), ("职务", 26), ("用户名（可空）", 20), ("手机（可空）", 18))
NOTES = (
    "一行一人一职务。不填姓名的行不读取。",
    "单位、职务照“单位与职务”表填写。",
    "用户名可空，系统按单位生成；同一人兼几个职务的，几行填同一用户名。",
    "手机号码加密保存，只有管理人员看得到。",
)


def roster_template(*, today: date) -> bytes:
    """The file; every text is written as text, never as a formula."""
    posts = list(Post.objects.select_related("unit__parent").order_by("unit__sort", "sort", "slug"))
    held = {row.post_id for row in holdings_on([p.id for p in posts], today) if row.kind == "holder"}
    buffer = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with xlsxwriter.Workbook(buffer, options) as book:
        head = book.add_format({"bold": True, "bg_color": "#E6EFE8", "border": 1, "num_format": "@"})
        text = book.add_format({"border": 1, "num_format": "@"})
        _list(book, head, text, [post for post in posts if post.id not in held])
        _posts(book, head, text, posts, held)
    return buffer.getvalue()


def _list(book: object, head: object, text: object, vacant: Sequence[Post]) -> None:
    sheet = book.add_worksheet("名册")  # type: ignore[attr-defined]
    for column, (title, width) in enumerate(COLUMNS):
        sheet.set_column(column, column, width)
        sheet.write_string(0, column, title, head)
    for row, post in enumerate(vacant, 1):
        for column, value in enumerate(("", full_name(post.unit), post.title, "", "")):
            sheet.write_string(row, column, value, text)
    for row, note in enumerate(NOTES):
        sheet.write_string(row, len(COLUMNS) + 1, note)
    sheet.freeze_panes(1, 1)
    sheet.autofilter(0, 0, max(len(vacant), 1), len(COLUMNS) - 1)


def _posts(book: object, head: object, text: object, posts: Sequence[Post], held: set[UUID]) -> None:
    sheet = book.add_worksheet("单位与职务")  # type: ignore[attr-defined]
    for column, (title, width) in enumerate((("单位", 26), ("职务", 30), ("现状", 10))):
        sheet.set_column(column, column, width)
        sheet.write_string(0, column, title, head)
    for row, post in enumerate(posts, 1):
        for column, value in enumerate((full_name(post.unit), post.title, "在任" if post.id in held else "空缺")):
            sheet.write_string(row, column, value, text)
    sheet.freeze_panes(1, 0)
