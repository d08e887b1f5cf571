"""Real servers, each in a folder of its own and reached by a socket in it, for one test session."""

from __future__ import annotations

import getpass
import os
import shutil
import subprocess
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

_NAME = "shop"
_SERVERS_USER = "nobody"
"""Neither server runs as root."""


def _user() -> dict[str, Any]:
    return {"user": _SERVERS_USER, "extra_groups": []} if os.geteuid() == 0 else {}


def _program(name: str) -> str:
    """Debian keeps PostgreSQL's programs off the PATH."""
    folders = sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    places = os.pathsep.join([*map(str, folders), os.environ["PATH"], "/usr/sbin"])
    found = shutil.which(name, path=places)
    assert found, f"{name} is missing: make test-django installs it"
    return found


def _run(*command: str) -> None:
    done = subprocess.run(command, check=False, **_user(), capture_output=True, text=True, cwd="/")
    assert done.returncode == 0, f"{command} failed:\n{done.stdout}{done.stderr}"


@contextmanager
def _folder() -> Iterator[Path]:
    # Short: the path of a socket has 107 bytes at most.
    folder = Path(tempfile.mkdtemp(prefix="connectly-"))
    folder.chmod(0o777)
    try:
        yield folder
    finally:
        shutil.rmtree(folder)


@contextmanager
def postgresql() -> Iterator[dict[str, Any]]:
    """A PostgreSQL server; gives an entry of ``DATABASES``."""
    with _folder() as folder:
        data = str(folder / "data")
        _run(_program("initdb"), "-D", data, "-U", _NAME, "-A", "trust", "-E", "UTF8", "--no-sync")
        options = f"-k {folder} -c listen_addresses='' -c fsync=off -c max_connections=50"
        control = (_program("pg_ctl"), "-D", data)
        _run(*control, "-w", "-l", str(folder / "log"), "-o", options, "start")
        try:
            yield {
                "ENGINE": "django.db.backends.postgresql",
                "NAME": "postgres",
                "USER": _NAME,
                "HOST": str(folder),
            }
        finally:
            _run(*control, "-w", "-m", "immediate", "stop")


@contextmanager
def mariadb() -> Iterator[dict[str, Any]]:
    """A MariaDB server; gives an entry of ``DATABASES``."""
    with _folder() as folder:
        data, socket = folder / "data", folder / "socket"
        user = _SERVERS_USER if os.geteuid() == 0 else getpass.getuser()
        common = ("--no-defaults", f"--datadir={data}")
        install = _program("mariadb-install-db")
        _run(install, *common, "--auth-root-authentication-method=normal", "--skip-test-db")
        server = subprocess.Popen(
            [
                *(_program("mariadbd"), *common, f"--socket={socket}", f"--user={user}"),
                *("--skip-networking", "--innodb-flush-log-at-trx-commit=0"),
                *(f"--log-error={folder / 'log'}", "--character-set-server=utf8mb4"),
            ],
            **_user(),
        )
        client = ("--no-defaults", f"--socket={socket}", "--user=root")
        try:
            _run(_program("mariadb-admin"), *client, "--wait=60", "--connect-timeout=60", "ping")
            _run(_program("mariadb"), *client, "-e", f"CREATE DATABASE {_NAME}")
            yield {
                "ENGINE": "django.db.backends.mysql",
                "NAME": _NAME,
                "USER": "root",
                "HOST": str(socket),
                "OPTIONS": {"unix_socket": str(socket), "charset": "utf8mb4"},
            }
        finally:
            server.terminate()
            server.wait()


@contextmanager
def sqlite() -> Iterator[dict[str, Any]]:
    """A file; gives an entry of ``DATABASES``."""
    with _folder() as folder:
        yield {"ENGINE": "django.db.backends.sqlite3", "NAME": str(folder / "shop.db")}


SERVERS = {"postgresql": postgresql, "mariadb": mariadb, "sqlite": sqlite}
