"""Takes the README's pictures of the sandbox's page: ``python screenshot.py FOLDER``."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from connectly_conversions import Sandbox
from playwright.sync_api import sync_playwright

from reports import purchase, report

if TYPE_CHECKING:
    from playwright.sync_api import Browser

PORT = 8099
"""The one that the READMEs' commands name."""


def play(sandbox: Sandbox) -> None:
    """One purchase, a retry, a duplicate, two mistakes, and faults that are still to come."""
    first, second = purchase("ORD-7821", 99.97), purchase("ORD-7822", 24.5, "EUR")
    report(sandbox.url, first)
    sandbox.fail_next(status=503, retry_after=1)
    report(sandbox.url, second)
    report(sandbox.url, second)
    report(sandbox.url, first)
    report(sandbox.url, purchase("ORD-7823", 1290.5, "JPY"))
    report(sandbox.url, purchase("ORD-7824", -5, "DOLLAR"))
    sandbox.fail_next(kind="reset_after_recording", times=2)
    sandbox.fail_next(kind="delay", seconds=3, order_id="ORD-7830", times=0)
    report(sandbox.url, purchase("ORD-7825", 49.9))


def take(browser: Browser, url: str, scheme: Literal["dark", "light"], path: Path) -> None:
    with browser.new_context(
        viewport={"width": 1140, "height": 780}, color_scheme=scheme, reduced_motion="reduce"
    ) as context:
        page = context.new_page()
        page.goto(url)
        page.get_by_text("ORD-7825").wait_for()
        page.screenshot(path=path)


def main(folder: Path) -> None:
    with Sandbox(port=PORT) as sandbox, sync_playwright() as playwright:
        play(sandbox)
        chromium = shutil.which("chromium")
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        take(browser, sandbox.url, "light", folder / "sandbox.png")
        take(browser, sandbox.url, "dark", folder / "sandbox-dark.png")
        browser.close()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
