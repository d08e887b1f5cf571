"""Real servers, each in a folder of its own and reached by a socket in it."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

USER = "shop"
"""Of the databases."""

SERVERS_USER = "nobody"
"""No server runs as root."""


def as_user() -> dict[str, Any]:
    """Whom a server runs as, for ``subprocess``."""
    return {"user": SERVERS_USER, "extra_groups": []} if os.geteuid() == 0 else {}


def program(name: str) -> str:
    """Where it is: Debian keeps PostgreSQL's programs off the PATH."""
    folders = sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    places = os.pathsep.join([*map(str, folders), os.environ["PATH"], "/usr/sbin"])
    found = shutil.which(name, path=places)
    assert found, f"{name} is missing: make postgres-servers and django-servers install it"
    return found


def run(*command: str) -> None:
    """Runs it to its end, as the servers' user."""
    done = subprocess.run(
        command, check=False, **as_user(), capture_output=True, text=True, cwd="/"
    )
    assert done.returncode == 0, f"{command} failed:\n{done.stdout}{done.stderr}"


@contextmanager
def folder() -> Iterator[Path]:
    """A new folder that a server's user may write to."""
    # Short: the path of a socket has 107 bytes at most.
    made = Path(tempfile.mkdtemp(prefix="connectly-"))
    made.chmod(0o777)
    try:
        yield made
    finally:
        shutil.rmtree(made)


@contextmanager
def postgresql() -> Iterator[Path]:
    """A PostgreSQL server; gives the folder of its socket. Its database is ``postgres``."""
    with folder() as place:
        data = str(place / "data")
        run(program("initdb"), "-D", data, "-U", USER, "-A", "trust", "-E", "UTF8", "--no-sync")
        options = f"-k {place} -c listen_addresses='' -c fsync=off -c max_connections=50"
        control = (program("pg_ctl"), "-D", data)
        run(*control, "-w", "-l", str(place / "log"), "-o", options, "start")
        try:
            yield place
        finally:
            run(*control, "-w", "-m", "immediate", "stop")
