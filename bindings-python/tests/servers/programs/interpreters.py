"""Imports the package in the main interpreter and in a second one."""

from __future__ import annotations

import importlib
import sys

IMPORT = f"""
import sys
sys.path[:] = {sys.path!r}
try:
    import connectly_conversions
except ImportError as error:
    print("refused:", error, flush=True)
else:
    print("imported", flush=True)
"""


def second() -> None:
    """One that shares the GIL, as mod_wsgi and uWSGI make them."""
    name = "_interpreters" if sys.version_info >= (3, 13) else "_xxsubinterpreters"
    module = importlib.import_module(name)
    legacy = module.create("legacy") if sys.version_info >= (3, 13) else None
    interpreter = module.create(isolated=False) if legacy is None else legacy
    module.run_string(interpreter, IMPORT)
    module.destroy(interpreter)


def main() -> None:
    if sys.argv[1] == "main-first":
        import shop

        second()
    else:
        second()
        import shop
    receipt = shop.client.send(shop.purchase("from-the-main-interpreter"))
    print("attempts", receipt.attempts)


if __name__ == "__main__":
    main()
