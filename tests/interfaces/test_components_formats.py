"""Values on the pages: moments and distances, areas, coordinates, directions, sizes; in both languages."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from django.utils import timezone, translation

from qingshan.interfaces.web import formats

NOW = datetime(2024, 8, 14, 6, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _shanghai():
    with timezone.override("Asia/Shanghai"), translation.override("zh-hans"):
        yield


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (datetime(2024, 8, 14, 9, 0, tzinfo=UTC), "8月14日 17:00"),
        (datetime(2025, 1, 6, 9, 0, tzinfo=UTC), "2025年1月6日 17:00"),
        (date(2024, 8, 1), "8月1日"),
        (None, "—"),
    ],
)
def test_moment_is_local_and_names_the_year_only_when_it_is_another(value, text):
    assert formats.moment_text(value, NOW) == text


@pytest.mark.parametrize(
    ("gap", "text"),
    [
        (timedelta(days=3, hours=3), "还有 3 天"),
        (timedelta(hours=23), "还有 23 小时"),
        (timedelta(minutes=30), "还有 30 分钟"),
        (timedelta(seconds=5), "还有 1 分钟"),
        (-timedelta(hours=3), "逾期 3 小时"),
        (-timedelta(days=1, hours=2), "逾期 1 天"),
    ],
)
def test_distance_counts_hours_within_a_day_and_days_beyond(gap, text):
    assert formats.gap_text(NOW + gap, NOW) == text


@pytest.mark.parametrize(("gap", "text"), [(24, "1 day left"), (72, "3 days left"), (-3, "3 hours overdue")])
def test_distance_in_english(gap, text):
    with translation.override("en"):
        assert formats.gap_text(NOW + timedelta(hours=gap), NOW) == text


@pytest.mark.parametrize(("m2", "mu"), [(8267, "12.4"), (Decimal("42.50"), "0.06"), (2_000_000, "3,000.0")])
def test_area_in_mu(m2, mu):
    assert formats.mu_text(m2) == mu


def test_position_in_degrees():
    assert formats.coord_text(114.2, Decimal("-37.75")) == "114.200000°E，37.750000°S"
    assert formats.coord_plain(114.2, 37.75) == "114.200000,37.750000"


@pytest.mark.parametrize(("degrees", "text"), [(3, "北 3°"), (92, "东 92°"), (350, "北 350°"), (225, "西南 225°")])
def test_direction_of_a_photo(degrees, text):
    assert formats.azimuth_text(degrees) == text


@pytest.mark.parametrize(("size", "text"), [(824, "824 B"), (3412, "3.4 kB"), (12_000_000, "12 MB")])
def test_size_of_a_file(size, text):
    assert formats.size_text(size) == text


def test_metres_and_digest():
    assert formats.metres_text(86) == "86 米"
    assert formats.metres_text(1240) == "1.2 公里"
    assert formats.digest_text("7c1e09" + "0" * 52 + "a90d12") == "7c1e09…a90d12"
