"""The example shops: what starts their processes."""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass, field, replace
from pathlib import Path

ROOT = Path(__file__).parents[2]
EXAMPLES = ROOT / "examples"
PYTHON = sys.executable


@dataclass(frozen=True)
class Description:
    """A shop as the suite knows it."""

    folder: Path
    """Where its processes are started."""
    web: tuple[str, ...]
    """Serves the pages."""
    worker: tuple[str, ...]
    """Delivers what the outbox holds."""
    prepare: tuple[str, ...] | None = None
    """Runs before them, such as a migration."""
    environment: dict[str, str] = field(default_factory=dict)
    """What it needs beside the contract's variables."""
    has_server: bool = False
    """Whether `DATABASE_URL` names a PostgreSQL, which the test starts."""


DJANGO = Description(
    folder=EXAMPLES / "django-shop",
    web=(PYTHON, "-m", "gunicorn"),
    worker=(PYTHON, "manage.py", "connectly_deliver"),
    prepare=(PYTHON, "manage.py", "migrate", "--verbosity=0"),
)

PATIENT = {"SHOP_ENQUEUE_TIMEOUT": "60"}
"""No journey is about a slow disk."""

_RUST = str(Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target"), "debug/rust-checkout"))

RUST = Description(
    folder=EXAMPLES / "rust-checkout",
    web=(_RUST, "web"),
    worker=(_RUST, "worker"),
    environment=PATIENT,
)

EXPRESS = Description(
    folder=EXAMPLES / "node-checkout",
    web=("node", "dist/web.js"),
    worker=("node", "dist/worker.js"),
    environment=PATIENT,
)

NEXT = Description(
    folder=EXAMPLES / "node-checkout",
    # Moved elsewhere, as an image gets it; `make` says where to.
    web=("node", "next/web.mjs", os.environ.get("NEXT_SHOP", "next/.next/standalone")),
    worker=EXPRESS.worker,
    environment=PATIENT,
)

SHOPS = {
    "django": DJANGO,
    "django-postgresql": replace(DJANGO, has_server=True),
    "express": EXPRESS,
    "next": NEXT,
    "rust": RUST,
}
