"""One library in a process of its own: does as many events as each line of its input says.

    contender.py NAME URL [CONCURRENCY]

Prints for each line the CPU microseconds (user and system, all threads) and the wall-clock
microseconds that an event took.
"""

from __future__ import annotations

import asyncio
import json
import os
import resource
import sys
import time

import example


def checked(status: int, body: bytes | str) -> None:
    if status != 200 or json.loads(body)["events_received"] < 1:
        raise SystemExit(f"{status}: {body!r}")


def connectly(url: str):
    from connectly_conversions import Client

    client, event = Client(example.KEY, example.BUSINESS, base_url=url), example.event()
    return lambda: client.send(event)


def connectly_with_event(url: str):
    from connectly_conversions import Client

    client = Client(example.KEY, example.BUSINESS, base_url=url)
    return lambda: client.send(example.event())


def requests(url: str):
    import requests

    session, body, url = requests.Session(), example.event().to_wire(), url + example.PATH

    def post():
        answer = session.post(url, data=body, headers=example.HEADERS, timeout=5)
        checked(answer.status_code, answer.content)

    return post


def httpx(url: str):
    import httpx

    client, body, url = httpx.Client(), example.event().to_wire(), url + example.PATH

    def post():
        answer = client.post(url, content=body, headers=example.HEADERS)
        checked(answer.status_code, answer.content)

    return post


def primp(url: str):
    import primp

    client, body, url = primp.Client(), example.event().to_wire(), url + example.PATH

    def post():
        answer = client.post(url, content=body, headers=example.HEADERS)
        checked(answer.status_code, answer.content)

    return post


def impit(url: str):
    import impit

    client, body, url = impit.Client(), example.event().to_wire(), url + example.PATH

    def post():
        answer = client.post(url, content=body, headers=example.HEADERS)
        checked(answer.status_code, answer.content)

    return post


def facebook_business(url: str):
    """Meta's SDK makes its event and posts it; only the host is another."""
    from facebook_business.adobjects.serverside.action_source import ActionSource
    from facebook_business.adobjects.serverside.content import Content
    from facebook_business.adobjects.serverside.custom_data import CustomData
    from facebook_business.adobjects.serverside.event import Event
    from facebook_business.adobjects.serverside.event_request import EventRequest
    from facebook_business.adobjects.serverside.user_data import UserData
    from facebook_business.api import FacebookAdsApi
    from facebook_business.session import FacebookSession

    FacebookSession.GRAPH = url
    FacebookAdsApi.init(access_token="bench", crash_log=False)

    def post():
        contents = [
            Content(product_id=sku, quantity=quantity, item_price=float(price))
            for sku, quantity, price in example.LINES
        ]
        data = CustomData(
            value=99.97,
            currency="usd",
            order_id="ORD-7821",
            contents=contents,
            content_ids=[line[0] for line in example.LINES],
            content_type="product",
            num_items="2",
        )
        event = Event(
            event_name="Purchase",
            event_time=example.NOW,
            user_data=UserData(external_id="1"),
            custom_data=data,
            action_source=ActionSource.WEBSITE,
        )
        if EventRequest(pixel_id="1", events=[event]).execute().events_received != 1:
            raise SystemExit("not received")

    return post


async def aiohttp_async(url: str):
    import aiohttp

    connector = aiohttp.TCPConnector(limit=0)
    session = aiohttp.ClientSession(connector=connector)
    body, url = example.event().to_wire(), url + example.PATH

    async def post():
        async with session.post(url, data=body, headers=example.HEADERS) as answer:
            checked(answer.status, await answer.read())

    return post


async def httpx_async(url: str):
    import httpx

    client, body, url = httpx.AsyncClient(), example.event().to_wire(), url + example.PATH

    async def post():
        answer = await client.post(url, content=body, headers=example.HEADERS)
        checked(answer.status_code, answer.content)

    return post


async def impit_async(url: str):
    import impit

    client, body, url = impit.AsyncClient(), example.event().to_wire(), url + example.PATH

    async def post():
        answer = await client.post(url, content=body, headers=example.HEADERS)
        checked(answer.status_code, answer.content)

    return post


async def primp_async(url: str):
    import primp

    client, body, url = primp.AsyncClient(), example.event().to_wire(), url + example.PATH

    async def post():
        answer = await client.post(url, content=body, headers=example.HEADERS)
        checked(answer.status_code, answer.content)

    return post


async def connectly_async(url: str):
    from connectly_conversions import AsyncClient

    client, event = AsyncClient(example.KEY, example.BUSINESS, base_url=url), example.event()
    return lambda: client.send(event)


def connectly_many(url: str, concurrency: int):
    from connectly_conversions import Client

    client, event = Client(example.KEY, example.BUSINESS, base_url=url), example.event()

    def many(events: int):
        outcomes = client.send_many([event] * events, concurrency=concurrency)
        if not all(outcome.ok for outcome in outcomes):
            raise SystemExit("not received")

    return many


async def connectly_many_async(url: str, concurrency: int):
    from connectly_conversions import AsyncClient

    client, event = AsyncClient(example.KEY, example.BUSINESS, base_url=url), example.event()

    async def many(events: int):
        outcomes = await client.send_many([event] * events, concurrency=concurrency)
        if not all(outcome.ok for outcome in outcomes):
            raise SystemExit("not received")

    return many


async def workers(post, events: int, concurrency: int) -> None:
    left = iter(range(events))

    async def work():
        for _ in left:
            await post()

    await asyncio.gather(*(work() for _ in range(concurrency)))


def runner(name: str, url: str, concurrency: int):
    """What does so many events."""
    make = globals()[name]
    loop = asyncio.new_event_loop() if asyncio.iscoroutinefunction(make) else None
    if name == "connectly_many":
        return make(url, concurrency)
    if name == "connectly_many_async":
        many = loop.run_until_complete(make(url, concurrency))
        return lambda events: loop.run_until_complete(many(events))
    if loop is not None:
        post = loop.run_until_complete(make(url))
        return lambda events: loop.run_until_complete(workers(post, events, concurrency))
    post = make(url)

    def one_after_another(events: int):
        for _ in range(events):
            post()

    return one_after_another


def cpu() -> float:
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime


def main(name: str, url: str, concurrency: str = "1") -> None:
    run = runner(name, url, int(concurrency))
    run(100)
    print("ready", flush=True)
    for line in sys.stdin:
        events = int(line)
        cpu_before, began = cpu(), time.perf_counter()
        run(events)
        wall = time.perf_counter() - began
        print((cpu() - cpu_before) * 1e6 / events, wall * 1e6 / events, flush=True)
    os._exit(0)  # sessions that were never closed complain


if __name__ == "__main__":
    main(*sys.argv[1:])
