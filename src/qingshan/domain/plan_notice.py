"""Does a list of clauses belong to a notice: every quotation must stand in the notice's text (条款与原文核对). Pure."""

from collections.abc import Mapping

from qingshan.domain.plan_codec import Finding


def squeeze(text: str) -> str:
    """The text without any white space (line breaks of a page are no part of the wording)."""
    return "".join(text.split())


def check_quotations(notice: str, quotations: Mapping[str, str]) -> list[Finding]:
    """One error per clause id whose quotation does not occur in ``notice``, white space aside.

    This proves only that the list quotes this notice; whether the plan does what a clause asks is for people and tests.
    """
    text = squeeze(notice)
    findings = []
    for clause, quotation in quotations.items():
        wanted = squeeze(quotation)
        if wanted and wanted in text:
            continue
        message = "引文为空" if not wanted else f"通知原文中没有这段引文：{wanted[:40]}"
        expectation = "逐字引自通知；如通知有更正，用更正后的文本"
        findings.append(Finding(file="条款清单", entry=clause, message=message, expectation=expectation))
    return findings
