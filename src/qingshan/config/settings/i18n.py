"""Languages and time. Message ids are Chinese; English comes from the `locale/en` of each application."""

from __future__ import annotations

LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", "简体中文"), ("en", "English")]
USE_I18N = True

TIME_ZONE = "Asia/Shanghai"
USE_TZ = True
