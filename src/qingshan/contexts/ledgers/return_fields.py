"""Fields of a township's sheet (乡镇回填表栏目): which it may fill for a lead as it stands."""

from collections.abc import Mapping
from dataclasses import dataclass

from qingshan.domain.lead import LeadState

KEY, STAMP = "线索编号", "校验码（请勿改动）"
FIXED = (KEY, "地点", "线索来源", "当前状态", "办理期限", "本行可填")
YES = ("是",)
VERDICTS = {"查实": "substantiated", "查否": "unfounded", "存疑": "inconclusive"}
REASONS = {"合法": "legal", "伪变化": "pseudo_change", "未发现": "not_found", "其他": "other"}


@dataclass(frozen=True, slots=True, kw_only=True)
class ReturnField:
    """One column to be filled: key, heading, act it belongs to, choices, width."""

    key: str
    heading: str
    act: str
    choices: tuple[str, ...] = ()
    width: int = 14


FIELDS: tuple[ReturnField, ...] = (
    ReturnField(key="receive", heading="签收", act="receive", choices=YES, width=8),
    ReturnField(key="return_reason", heading="退回理由", act="return", width=24),
    ReturnField(key="active", heading="正在实施情况", act="flag", width=24),
    ReturnField(key="resume", heading="重新核查说明", act="resume", width=24),
    ReturnField(key="verdict", heading="核查结论", act="verify", choices=tuple(VERDICTS), width=10),
    ReturnField(key="unfounded_reason", heading="查否原因", act="verify", choices=tuple(REASONS), width=10),
    ReturnField(key="persons", heading="核查人（两名，用顿号隔开）", act="verify", width=22),
    ReturnField(key="visited_at", heading="到场时间", act="verify", width=18),
    ReturnField(key="lon", heading="到场点经度", act="verify"),
    ReturnField(key="lat", heading="到场点纬度", act="verify"),
    ReturnField(key="finding", heading="现场情况", act="verify", width=36),
    ReturnField(key="missing", heading="存疑还缺什么", act="verify", width=24),
    ReturnField(key="missing_by", heading="补齐期限", act="verify"),
)
BY_HEADING: Mapping[str, ReturnField] = {f.heading: f for f in FIELDS}
BY_KEY: Mapping[str, ReturnField] = {f.key: f for f in FIELDS}
OPEN_STATES = (LeadState.DISPATCHED, LeadState.UNDER_VERIFICATION, LeadState.INCONCLUSIVE)
"""States in which a lead waits for its township."""
_ACTS: Mapping[str, tuple[str, ...]] = {
    LeadState.DISPATCHED.value: ("receive", "return", "flag", "verify"),
    LeadState.UNDER_VERIFICATION.value: ("return", "flag", "verify"),
    LeadState.INCONCLUSIVE.value: ("resume", "flag", "verify"),
}
FIRST: Mapping[str, str] = {LeadState.DISPATCHED.value: "receive", LeadState.INCONCLUSIVE.value: "resume"}
"""What has to be filled too before a verification counts in this state."""
_WORDS = {"receive": "签收", "return": "退回", "flag": "正在实施", "verify": "核查", "resume": "重新核查"}
NEEDS_PHOTOS = "核查须附现场照片，请在系统内提交"


def acts_for(state: str, *, photos: bool) -> tuple[str, ...]:
    """What a township may do by sheet on a lead in ``state``; ``photos``: a verification needs photos of the place."""
    return tuple(a for a in _ACTS.get(state, ()) if a != "verify" or not photos)


def hint(state: str, *, photos: bool) -> str:
    """What may be filled in this row, for people."""
    words = "、".join(_WORDS[a] for a in acts_for(state, photos=photos))
    if photos and "verify" in _ACTS.get(state, ()):
        return f"{words}；{NEEDS_PHOTOS}"
    return words
