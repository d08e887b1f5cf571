"""`make bench`: CPU time an event beside other libraries, in one run, since only ratios hold.

    python -m bench [--quick] [--only PART]… [--no-rust] [--wheel WHEEL] [--disk FOLDER]

Parts: send, many, backfill, enqueue, queued, construct, import, size. Each library runs in a
process of its own; the rounds are interleaved, and the median counts. Raw reqwest is the core's
bench program, which cargo builds here unless `--no-rust` is given.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from bench.racing import HERE, ROUNDS, Contender, race
from bench.storing import enqueue, queued


@contextmanager
def responder():
    program = [sys.executable, str(HERE / "responder.py")]
    process = subprocess.Popen(program, stdout=subprocess.PIPE, text=True)
    try:
        yield process.stdout.readline().strip()
    finally:
        process.kill()
        process.wait()
        process.stdout.close()


def table(title: str, contenders: dict[str, Contender], rows: dict) -> None:
    """Rows: what is shown -> (contender, baseline, budget)."""
    print(f"\n### {title}\n")
    print("| what | CPU µs an event | events/s | ratio | budget | |")
    print("|---|--:|--:|--:|--:|---|")
    for shown, (name, baseline, budget) in rows.items():
        found = contenders[name]
        ratio = verdict = limit = ""
        if baseline:
            quotient = found.cpu / contenders[baseline].cpu
            ratio = f"{quotient:.2f}"
            if budget:
                limit = f"≤ {budget:.2f}"
                verdict = "met" if quotient <= budget else "**missed**"
        print(f"| {shown} | {found.cpu:.1f} | {found.rate:,.0f} | {ratio} | {limit} | {verdict} |")


def contender(name: str, url: str, concurrency: int = 1) -> list[str]:
    return [sys.executable, "contender.py", name, url, str(concurrency)]


def send_one(url: str, events: int, raw: str | None) -> None:
    others = {
        "primp": "primp",
        "impit": "impit",
        "aiohttp": "aiohttp_async",
        "httpx": "httpx",
        "requests": "requests",
        "facebook_business": "facebook_business",
    }
    ours = {
        "Client.send": "connectly",
        "ConversionEvent.purchase and Client.send": "connectly_with_event",
        "AsyncClient.send": "connectly_async",
    }
    commands = {shown: contender(name, url) for shown, name in {**ours, **others}.items()}
    if raw:
        commands["raw reqwest, in Rust"] = [raw, "raw-reqwest", url, "1"]
    found = race(commands, events)
    best = min(others, key=lambda name: found[name].cpu)
    rows = {"Client.send": ("Client.send", best, 0.6)}
    rows |= {shown: (shown, best, None) for shown in commands if shown != "Client.send"}
    table(f"One at a time (ratio to {best}, the best of the others)", found, rows)


def send_many(url: str, concurrency: int, events: int, raw: str | None) -> None:
    names = {
        "Client.send_many": "connectly_many",
        "AsyncClient.send_many": "connectly_many_async",
        "AsyncClient.send": "connectly_async",
        "aiohttp": "aiohttp_async",
        "impit": "impit_async",
        "primp": "primp_async",
        "httpx": "httpx_async",
    }
    commands = {shown: contender(name, url, concurrency) for shown, name in names.items()}
    baseline = "aiohttp"
    if raw:
        baseline = "raw reqwest, in Rust"
        commands[baseline] = [raw, "raw-reqwest", url, str(concurrency)]
    found = race(commands, events)
    budgets = {"Client.send_many": 1.1, "AsyncClient.send_many": 1.1} if raw else {}
    rows = {shown: (shown, baseline, budgets.get(shown)) for shown in commands}
    table(f"{concurrency} at a time (ratio to {baseline})", found, rows)


def backfill(url: str, events: int) -> None:
    print(f"\n### A backfill of {events:,} events from a generator, 16 at a time\n")
    print("| what | MB more than after 1,000 events | events/s |\n|---|--:|--:|")
    for shown, kind in {"Client": "blocking", "AsyncClient": "asyncio"}.items():
        command = [sys.executable, "backfill.py", kind, url, str(events)]
        ran = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True, cwd=HERE)
        megabytes, rate = map(float, ran.stdout.split())
        print(f"| {shown}.outcomes | {megabytes:.1f} | {rate:,.0f} |")


def construct(events: int) -> None:
    names = {
        "ConversionEvent.purchase, to bytes": "connectly",
        "ConversionEvent.from_dict, to bytes": "connectly_from_dict",
        "pydantic v2, checks only": "pydantic",
        "pydantic v2, to bytes": "pydantic_json",
        "orjson of a plain dict": "orjson",
        "json of a plain dict": "json",
    }
    commands = {shown: [sys.executable, "construct.py", name] for shown, name in names.items()}
    found = race(commands, events)
    baseline = "pydantic v2, to bytes"
    rows = {shown: (shown, baseline, None) for shown in commands}
    first = "ConversionEvent.purchase, to bytes"
    rows[first] = (first, baseline, 0.6)
    table(f"Building and checking the documentation's example (ratio to {baseline})", found, rows)


def imports() -> None:
    """CPU time of a process that imports it, less that of one that imports nothing."""
    modules = ["connectly_conversions", "httpx", "requests", "aiohttp", "primp", "impit"]
    modules += ["facebook_business.adobjects.serverside.event_request"]
    samples = {module: [] for module in ["sys", *modules]}
    for _ in range(2 * ROUNDS + 1):
        for module, found in samples.items():
            pid = os.spawnv(
                os.P_NOWAIT, sys.executable, [sys.executable, "-I", "-c", f"import {module}"]
            )
            _, status, usage = os.wait4(pid, 0)
            if status:
                raise SystemExit(f"import {module} failed")
            found.append((usage.ru_utime + usage.ru_stime) * 1e3)
    nothing = statistics.median(samples.pop("sys"))
    took = {module: statistics.median(found) - nothing for module, found in samples.items()}
    print(f"\n### Import (an empty interpreter, {nothing:.0f} ms, taken off)\n")
    print("| module | CPU ms | ratio to httpx | budget | |\n|---|--:|--:|--:|---|")
    for module, ms in took.items():
        ratio = ms / took["httpx"]
        budget = ("≤ 0.25", "met" if ratio <= 0.25 else "**missed**")
        limit, verdict = budget if module == modules[0] else ("", "")
        print(f"| {module} | {ms:.1f} | {ratio:.2f} | {limit} | {verdict} |")


def installed(wheel: Path | None) -> None:
    print("\n### To install\n")
    if wheel:
        size = wheel.stat().st_size / 2**20
        verdict = "met" if size <= 4 else "**missed**"
        print(f"The wheel: {size:.2f} MiB (budget 4, {verdict}).")
    from importlib.metadata import requires

    print(f"Dependencies: {len(requires('connectly-conversions') or [])} (budget 0).")


def built_wheel() -> Path | None:
    """What `make install-python` has built."""
    cache = os.environ.get("CACHE") or Path.home() / ".cache/connectly-conversions"
    return next(Path(cache, "python/dist").glob("*.whl"), None)


def core_bench() -> str:
    """The program of the core's bench, built as the wheel is."""
    profile = os.environ.get("PY_PROFILE", "ci")
    command = ["cargo", "bench", "--no-run", f"--profile={profile}", "--message-format=json"]
    command += ["--package=connectly-conversions", "--bench=bench"]
    built = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True, cwd=HERE)
    messages = map(json.loads, built.stdout.splitlines())
    return next(filter(None, (message.get("executable") for message in messages)))


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--quick", action="store_true", help="a twentieth of the events")
    parser.add_argument("--only", action="append", default=[], metavar="PART")
    parser.add_argument("--no-rust", action="store_true")
    parser.add_argument("--wheel", type=Path, default=built_wheel())
    parser.add_argument("--disk", type=Path, default=HERE, help="a folder on the disk to measure")
    options = parser.parse_args()
    scale = 20 if options.quick else 1
    sends = not options.only or {"send", "many"} & set(options.only)
    raw = core_bench() if sends and not options.no_rust else None

    def wanted(part: str) -> bool:
        return not options.only or part in options.only

    with responder() as url:
        if wanted("send"):
            send_one(url, 1_000 // scale, raw)
        for concurrency in (16, 64):
            if wanted("many"):
                send_many(url, concurrency, 4_000 // scale, raw)
        if wanted("backfill"):
            backfill(url, 1_000_000 // scale)
    with TemporaryDirectory(dir=options.disk) as folder:
        if wanted("enqueue"):
            enqueue(folder, 500 // scale)
        if wanted("queued"):
            queued(folder, 1_000_000 // scale)
    if wanted("construct"):
        construct(20_000 // scale)
    if wanted("import"):
        imports()
    if wanted("size"):
        installed(options.wheel)


if __name__ == "__main__":
    main()
