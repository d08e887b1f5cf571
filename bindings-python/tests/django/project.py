"""The settings that the type checker reads models with."""

SECRET_KEY = "of-a-type-checker"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
INSTALLED_APPS = [
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.messages",
    "django.contrib.sessions",
    "connectly_conversions.django",
]
