"""The command that the wheel brings."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import sysconfig
from pathlib import Path

import connectly_conversions
from connectly_conversions import Client, ConversionEvent, Outbox, Sandbox, TrackingParams

from .conftest import BUSINESS, KEY, purchase

CONNECTLY = Path(sysconfig.get_path("scripts")) / "connectly"


def run(*arguments: str, text: str = "") -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [CONNECTLY, *arguments], input=text, capture_output=True, text=True, timeout=60, check=False
    )


def test_help_and_version() -> None:
    assert run("--help").returncode == 0
    assert connectly_conversions.__version__ in run("--version").stdout
    assert run("nonsense").returncode == 2


def test_validate_and_send(connectly_sandbox: Sandbox, event: ConversionEvent) -> None:
    document = event.to_wire().decode()
    assert run("validate", "-", text=document).returncode == 0
    assert run("validate", "-", text="{}").returncode == 1
    done = run("send", "-", text=document)
    assert done.returncode == 0, done.stderr
    connectly_sandbox.assert_reported("ORD-7821")


def test_the_outbox_of_a_shop(
    connectly_sandbox: Sandbox, event: ConversionEvent, tmp_path: Path
) -> None:
    url = f"sqlite://{tmp_path}/connectly.db"
    with Outbox.open(url, enqueue_timeout=30) as outbox:
        outbox.enqueue(event)
        done = run("outbox", "deliver", "--url", url)
        assert done.returncode == 0, done.stderr
        connectly_sandbox.assert_reported("ORD-7821")
        assert outbox.counts().accepted == 1


def test_the_sandbox_ends_with_ctrl_c(event: ConversionEvent) -> None:
    with subprocess.Popen(
        [CONNECTLY, "sandbox", "--port", "0"], stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        url = None
        while url is None:
            line = process.stdout.readline()
            assert line
            found = re.search(r"http://127\.0\.0\.1:\d+", line)
            url = found and found[0]
        Client(KEY, BUSINESS, base_url=url).send(event)
        process.send_signal(signal.SIGINT)
        assert process.wait(60) == -signal.SIGINT


def backfill(tracking: TrackingParams, count: int) -> str:
    return "".join(purchase(tracking, n).to_wire().decode() + "\n" for n in range(count))


def test_a_reader_that_goes_stops_no_event(
    connectly_sandbox: Sandbox, tracking: TrackingParams
) -> None:
    read, write = os.pipe()
    with subprocess.Popen(
        [CONNECTLY, "send", "-"], stdin=subprocess.PIPE, stdout=write, stderr=subprocess.PIPE
    ) as process:
        os.close(write)
        os.close(read)  # before the first line
        _, err = process.communicate(backfill(tracking, 200).encode(), timeout=60)
    assert (process.returncode, err) == (0, b"")
    assert len(connectly_sandbox.received) == 200


def test_it_changes_no_signal() -> None:
    # `nohup`, and a shell's background job, start their program with signals ignored.
    program = """if True:
        import signal, sys
        from connectly_conversions._cli import main
        signals = {number: signal.getsignal(number) for number in signal.valid_signals()}
        sys.argv = ["connectly", "--version"]
        assert main() == 0
        assert {number: signal.getsignal(number) for number in signals} == signals
    """
    subprocess.run([sys.executable, "-c", program], check=True, timeout=60, stdout=subprocess.PIPE)
