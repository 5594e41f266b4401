"""Acts on image layers: handing in, publishing, withdrawing. Reading the picture itself is the worker's."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any
from uuid import UUID

from qingshan.commons.files.models import StoredFile
from qingshan.commons.files.services import use_file
from qingshan.commons.image_layers.models import ImageLayer
from qingshan.commons.jobs.models import Job
from qingshan.commons.jobs.services import start_job
from qingshan.commons.journal.services import MatterChange, act_transaction, record_act
from qingshan.commons.people.viewer import Acting, system_viewer
from qingshan.commons.places.selectors import county_code
from qingshan.domain.acts import ActRefused, MatterKind

MANAGER_ROLES = frozenset({"bureau_officer", "bureau_leader"})
READ_TASK = "image_layers.read"
MOST_BYTES = 2 * 1024 * 1024 * 1024
DEEPEST = 22
TIFF, SQLITE = "image/tiff", "application/geopackage+sqlite3"


def register_layer(
    *, file: StoredFile, name: str, image_date: date | None, source: str, licence: str, acting: Acting
) -> ImageLayer:
    """Take in a picture and let the worker make its tiles; raises `ActRefused` naming what is missing."""
    _check_role(acting)
    unit_id, account_id = acting.viewer.unit_id, acting.viewer.account_id
    missing = tuple(
        text
        for value, text in (
            (name.strip(), "名称未填，例如“2024年9月无人机正射”"),
            (image_date, "影像日期未填，写拍摄日期"),
            (source.strip(), "来源未填，例如“县局无人机”"),
            (licence.strip(), "使用许可未填，写明可在什么范围使用"),
        )
        if not value
    )
    if missing or image_date is None or unit_id is None or account_id is None:
        raise ActRefused("fields", "还有内容没有填", missing)
    if file.size == 0 or file.media_type not in (TIFF, SQLITE):
        raise ActRefused(
            "file", f"“{file.original_name}”不是 GeoTIFF（.tif）或 MBTiles（.mbtiles）；压缩包请解压后上传其中的影像"
        )
    now = acting.now()
    with act_transaction():
        layer = ImageLayer.objects.create(
            name=name.strip()[:60],
            image_date=image_date,
            source=source.strip()[:120],
            licence=licence.strip()[:300],
            division=county_code(),
            unit_id=unit_id,
            original=file,
            created_by=account_id,
            created_at=now,
        )
        _write(layer, "image_layer.register", acting, {"file": file.original_name, "sha256": file.sha256})
        use_file(file_id=file.id, matter_id=layer.id, purpose="image_layer", label=layer.name, now=now)
        _queue(layer, acting)
    return layer


def _queue(layer: ImageLayer, acting: Acting) -> Job:
    return start_job(
        kind="image_layer",
        task=READ_TASK,
        title=f"读取影像 {layer.name}",
        subject_id=layer.id,
        created_by=acting.viewer.account_id,
        post_id=acting.viewer.post_id,
        now=acting.now(),
    )


def publish_layer(*, layer_id: UUID, show_from: int, show_to: int, acting: Acting) -> ImageLayer:
    """Show a layer to every post whose work is matters, between two zooms."""
    _check_role(acting)
    if not 0 <= show_from <= show_to <= DEEPEST:
        raise ActRefused("zoom", f"显示级别应在 0–{DEEPEST} 之间，且起始级别不大于终止级别")
    with act_transaction():
        layer = _locked(layer_id)
        _move(layer, ("draft", "withdrawn"), {
            "state": "published", "published_at": acting.now(), "show_from": show_from, "show_to": show_to,
            "withdrawn_reason": "",
        })  # fmt: skip
        _write(layer, "image_layer.publish", acting, {"show_from": show_from, "show_to": show_to})
    return layer


def withdraw_layer(*, layer_id: UUID, reason: str, acting: Acting) -> ImageLayer:
    """Take a layer off the map; the files stay."""
    _check_role(acting)
    if not reason.strip():
        raise ActRefused("reason", "请写明撤下的原因，例如“位置偏移，重新配准”")
    with act_transaction():
        layer = _locked(layer_id)
        _move(layer, ("published",), {"state": "withdrawn", "withdrawn_reason": reason.strip()})
        _write(layer, "image_layer.withdraw", acting, {"reason": reason.strip()})
    return layer


def settle_layer(*, layer_id: UUID, changes: Mapping[str, Any], acting: Acting) -> None:
    """The picture was read (影像切片): a draft with its tiles."""
    with act_transaction():
        if ImageLayer.objects.filter(id=layer_id, state="reading").update(**changes):
            layer = ImageLayer.objects.get(id=layer_id)
            _write(layer, "image_layer.read", acting, {"sha256": layer.tiles_sha256, "tiles": layer.tiles})


def fail_layer(*, layer_id: UUID, problem: str, now: datetime) -> None:
    """The picture could not be read (影像读取失败), with the reason; written by the program."""
    with act_transaction():
        if ImageLayer.objects.filter(id=layer_id, state="reading").update(state="failed", problem=problem):
            acting = Acting(viewer=system_viewer("后台程序"), clock=lambda: now, door="job")
            _write(ImageLayer.objects.get(id=layer_id), "image_layer.fail", acting, {"problem": problem})


def _check_role(acting: Acting) -> None:
    if acting.viewer.roles.isdisjoint(MANAGER_ROLES):
        raise ActRefused("role", "您的职务不能管理影像图层，请找县自然资源和规划局经办人")


def _locked(layer_id: UUID) -> ImageLayer:
    layer = ImageLayer.objects.filter(id=layer_id).first()
    if layer is None:
        raise ActRefused("not_found", "没有这个影像图层")
    return layer


def _move(layer: ImageLayer, sources: tuple[str, ...], changes: Mapping[str, Any]) -> None:
    """Compare and set: of two people at once one wins, the other is told."""
    if layer.state not in sources or not layer.tiles_sha256:
        raise ActRefused("state", "影像图层的状态已经变化，请刷新页面再看")
    if not ImageLayer.objects.filter(id=layer.id, state=layer.state).update(**changes):
        raise ActRefused("race", "别人刚刚改动了这个影像图层，请刷新页面再看")
    for name, value in changes.items():
        setattr(layer, name, value)


def _write(layer: ImageLayer, act: str, acting: Acting, details: Mapping[str, Any]) -> None:
    ledger = {
        "name": layer.name,
        "image_date": layer.image_date.isoformat(),
        "source": layer.source,
        "licence": layer.licence,
        "state": layer.state,
    }
    change = MatterChange(
        kind=MatterKind.IMAGE_LAYER.value,
        matter_id=layer.id,
        number=layer.name,
        division=layer.division,
        unit_id=layer.unit_id,
        ledger=ledger,
        details=details,
    )
    record_act(act=act, acting=acting, changes=[change])
