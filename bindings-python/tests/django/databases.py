"""Real servers, each in a folder of its own and reached by a socket in it, for one test session."""

from __future__ import annotations

import getpass
import os
import subprocess
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from ..support import servers

if TYPE_CHECKING:
    from collections.abc import Iterator


@contextmanager
def postgresql() -> Iterator[dict[str, Any]]:
    """A PostgreSQL server; gives an entry of ``DATABASES``."""
    with servers.postgresql() as folder:
        yield {
            "ENGINE": "django.db.backends.postgresql",
            "NAME": "postgres",
            "USER": servers.USER,
            "HOST": str(folder),
        }


@contextmanager
def mariadb() -> Iterator[dict[str, Any]]:
    """A MariaDB server; gives an entry of ``DATABASES``."""
    with servers.folder() as folder:
        data, socket = folder / "data", folder / "socket"
        user = servers.SERVERS_USER if os.geteuid() == 0 else getpass.getuser()
        common = ("--no-defaults", f"--datadir={data}")
        install = servers.program("mariadb-install-db")
        servers.run(install, *common, "--auth-root-authentication-method=normal", "--skip-test-db")
        server = subprocess.Popen(
            [
                *(servers.program("mariadbd"), *common, f"--socket={socket}", f"--user={user}"),
                *("--skip-networking", "--innodb-flush-log-at-trx-commit=0"),
                *(f"--log-error={folder / 'log'}", "--character-set-server=utf8mb4"),
            ],
            **servers.as_user(),
        )
        client = ("--no-defaults", f"--socket={socket}", "--user=root")
        ping = ("--wait=60", "--connect-timeout=60", "ping")
        create = ("-e", f"CREATE DATABASE {servers.USER}")
        try:
            servers.run(servers.program("mariadb-admin"), *client, *ping)
            servers.run(servers.program("mariadb"), *client, *create)
            yield {
                "ENGINE": "django.db.backends.mysql",
                "NAME": servers.USER,
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
    with servers.folder() as folder:
        yield {"ENGINE": "django.db.backends.sqlite3", "NAME": str(folder / "shop.db")}


SERVERS = {"postgresql": postgresql, "mariadb": mariadb, "sqlite": sqlite}
