"""Names of before and after pictures as senders write them."""

from __future__ import annotations

import pytest

from qingshan.domain.chips import ChipName, is_manifest, name_chip, read_manifest


@pytest.mark.parametrize(
    ("path", "number", "phase"),
    [
        ("130132-001_前.jpg", "130132-001", "before"),
        ("130132-001_后.JPG", "130132-001", "after"),
        ("影像/前时相/130132-001.png", "130132-001", "before"),
        ("后时相/130132-001.tif", "130132-001", "after"),
        ("130132-001/前.jpg", "130132-001", "before"),
        ("130132-001/后时相影像.jpg", "130132-001", "after"),
        ("HB-7（后时相）.jpg", "HB-7", "after"),
        ("HB7_before.tiff", "HB7", "before"),
        ("HB7-后期2.jpg", "HB7", "after"),
    ],
)
def test_a_name_tells_patch_and_moment(path: str, number: str, phase: str) -> None:
    assert name_chip(path) == ChipName(number=number, phase=phase)


@pytest.mark.parametrize("path", ["130132-001.jpg", "前.jpg", "说明/封面.png", "lamppost.jpg"])
def test_a_name_that_tells_too_little_is_not_guessed(path: str) -> None:
    assert name_chip(path) is None


def test_a_list_goes_before_names() -> None:
    assert is_manifest("影像清单.csv")
    told = read_manifest(
        [
            {"图斑编号": "A1", "前时相": "IMG_1.jpg", "后时相": "下/IMG_2.JPG"},
            {"图斑编号": "A2", "文件": "IMG_3.jpg", "时相": "后时相"},
            {"图斑编号": "", "文件": "IMG_4.jpg", "时相": "后"},
        ]
    )
    assert told == {
        "img_1.jpg": ChipName(number="A1", phase="before"),
        "img_2.jpg": ChipName(number="A1", phase="after"),
        "img_3.jpg": ChipName(number="A2", phase="after"),
    }
