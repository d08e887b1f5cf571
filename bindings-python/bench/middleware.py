"""What a page pays for its landing: `python -m bench.middleware [--quick]`.

CPU time of this thread for one request to an app that answers at once, beside the same app under a
middleware that does nothing. The rounds are interleaved, after one that warms everything up.
"""

from __future__ import annotations

import statistics
import sys
import time
from urllib.parse import urlencode

from connectly_conversions import asgi, wsgi

ROUNDS = 7
BUDGET = 20
VISIT = {
    "cnct_tracking_id": "trk-7f9c",
    "sendout_id": "so-4815",
    "ctwa_clid": "ARAkLkA8rmlF",
    "ad_id": "120215559412340678",
}
# As a browser sends them.
HEADERS = {
    "Host": "shop.example",
    "Connection": "keep-alive",
    "Upgrade-Insecure-Requests": "1",
    "User-Agent": "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/141.0.0.0",
    "Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,*/*;q=0.8",
    "Sec-Fetch-Site": "none",
    "Sec-Fetch-Mode": "navigate",
    "Accept-Encoding": "gzip, deflate, br, zstd",
    "Accept-Language": "en-US,en;q=0.9",
    "Cookie": "theme=dark; sid=0123456789abcdef0123456789abcdef; _ga=GA1.1.1000000000.1700000000",
}


def wsgi_app(_environ, start_response):
    start_response("200 OK", [("Content-Type", "text/html")])
    return [b"a page"]


class EmptyWsgi:
    def __init__(self, app):
        self._app = app

    def __call__(self, environ, start_response):
        return self._app(environ, start_response)


def request_of_wsgi(app, query):
    fixed = {"REQUEST_METHOD": "GET", "PATH_INFO": "/phones", "QUERY_STRING": query}
    fixed |= {f"HTTP_{name.upper().replace('-', '_')}": value for name, value in HEADERS.items()}

    def start_response(_status, _headers, _exc_info=None):
        return None

    return lambda: app(dict(fixed), start_response)


async def asgi_app(_scope, _receive, send):
    headers = [(b"content-type", b"text/html")]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": b"a page"})


class EmptyAsgi:
    def __init__(self, app):
        self._app = app

    async def __call__(self, scope, receive, send):
        await self._app(scope, receive, send)


def request_of_asgi(app, query):
    fixed = {"type": "http", "method": "GET", "path": "/phones", "query_string": query.encode()}
    fixed["headers"] = [(name.lower().encode(), value.encode()) for name, value in HEADERS.items()]

    async def receive():
        return {"type": "http.request"}

    async def send(_message):
        return None

    def request():
        # Nothing here waits, so that one step is all of it, and no event loop is measured.
        try:
            app(dict(fixed), receive, send).send(None)
        except StopIteration:
            return

    return request


def race(contenders, count):
    """The median CPU microseconds of each, and the first round is thrown away."""
    found = {name: [] for name in contenders}
    for _ in range(ROUNDS + 1):
        for name, request in contenders.items():
            began = time.thread_time()
            for _ in range(count):
                request()
            found[name].append((time.thread_time() - began) / count * 1e6)
    return {name: statistics.median(times[1:]) for name, times in found.items()}


def main() -> None:
    count = 500 if "--quick" in sys.argv else 20_000
    print(f"\n### A page's landing, under Python {sys.version.split()[0]}\n")
    print("| what | CPU µs a request | added | budget | |")
    print("|---|--:|--:|--:|---|")
    kinds = {
        "WSGI": (wsgi_app, EmptyWsgi, wsgi.ConnectlyMiddleware, request_of_wsgi),
        "ASGI": (asgi_app, EmptyAsgi, asgi.ConnectlyMiddleware, request_of_asgi),
    }
    for kind, (app, empty, ours, request_of) in kinds.items():
        plain = "q=phone&color=black"
        found = race(
            {
                "a link of Connectly's": request_of(ours(app), urlencode(VISIT)),
                "a request without params": request_of(ours(app), plain),
                "an empty middleware": request_of(empty(app), plain),
                "no middleware": request_of(app, plain),
            },
            count,
        )
        for name, spent in found.items():
            added = spent - found["no middleware"]
            limit = verdict = ""
            if name == "a request without params":
                limit, verdict = f"≤ {BUDGET}", "met" if added <= BUDGET else "**missed**"
            print(f"| {kind}: {name} | {spent:.1f} | {added:.1f} | {limit} | {verdict} |")


if __name__ == "__main__":
    main()
