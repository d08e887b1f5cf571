"""The settings of a process that a test starts: what the test has, as JSON in the environment."""

import json
import os

_GIVEN = json.loads(os.environ["SHOP"])

SECRET_KEY = "of-a-process"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
USE_TZ = True
INSTALLED_APPS = ["connectly_conversions.django"]
# A worker serves no pages.
SILENCED_SYSTEM_CHECKS = ["connectly.W001"]
DATABASES = {"default": _GIVEN["database"]}
CONNECTLY = _GIVEN["connectly"]
