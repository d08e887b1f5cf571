"""Settings of the shop. What differs from machine to machine is in the environment."""

import os
from pathlib import Path

import dj_database_url

BASE_DIR = Path(__file__).resolve().parent.parent

# Where a shop without a database server keeps its own.
DATA = Path(os.environ.get("SHOP_DATA", BASE_DIR))

SECRET_KEY = os.environ.get("SECRET_KEY", "of-a-demo")
DEBUG = os.environ.get("SHOP_DEBUG") == "1"
ALLOWED_HOSTS = ["127.0.0.1", "localhost"]
ROOT_URLCONF = "project.urls"
WSGI_APPLICATION = "project.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
USE_TZ = True
TIME_ZONE = "UTC"
STATIC_URL = "static/"

INSTALLED_APPS = [
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.messages",
    "django.contrib.sessions",
    "django.contrib.staticfiles",
    "connectly_conversions.django",
    "shop",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "connectly_conversions.django.middleware.ConnectlyMiddleware",  # after sessions
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ]
        },
    }
]

DATABASES = {"default": dj_database_url.config(default=f"sqlite:///{DATA}/shop.db")}
if DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3":
    DATABASES["default"]["OPTIONS"] = {
        "init_command": "PRAGMA journal_mode=WAL",
        # A checkout reads before it writes. Without this, two at a time fail as locked.
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
    }

CONNECTLY = {
    # Connectly gives it to you. The sandbox takes any.
    "BUSINESS_ID": os.environ.get("CONNECTLY_BUSINESS_ID", "3f1c9a52-6f0d-4b8e-9a57-2d1f0c4e8b6a"),
    "VALUE": "total",  # an order's value is what the customer was charged
}
# The API key is in CONNECTLY_API_KEY; the worker alone needs it.

# What the bank puts into the header X-Webhook-Secret.
WEBHOOK_SECRET = os.environ.get("SHOP_WEBHOOK_SECRET", "of-a-demo")
