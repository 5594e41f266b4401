"""Languages and time. Message ids are Chinese; English comes from `locale/en`."""

from __future__ import annotations

from pathlib import Path

LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", "简体中文"), ("en", "English")]
LOCALE_PATHS = [Path(__file__).resolve().parents[2] / "locale"]
USE_I18N = True

TIME_ZONE = "Asia/Shanghai"
USE_TZ = True
