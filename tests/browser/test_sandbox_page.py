"""The sandbox's page, as a developer sees and uses it. It needs no shop."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from connectly_conversions import Sandbox
from playwright.sync_api import expect

from reports import purchase, report
from running import BUSINESS, KEY, urlopen
from tests.servers.running import PATIENCE

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser, Locator, Page

HOSTILE = "<script>document.title='owned'</script><img src=x onerror=\"document.title='owned'\">"
ROOT = Path(__file__).resolve().parents[2]
LATEST = 500
"""So many requests are shown."""


class SandboxPage:
    """The page, by the words that are on it."""

    def __init__(self, page: Page, url: str) -> None:
        self.page = page
        page.set_default_timeout(PATIENCE * 1000)
        expect.set_options(timeout=PATIENCE * 1000)
        self.complaints: list[str] = []
        page.on("console", lambda said: self.complaints.append(said.text))
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.goto(url)
        expect(self.state).to_have_text("Live")

    @property
    def state(self) -> Locator:
        return self.page.locator("#state")

    @property
    def rows(self) -> Locator:
        """The requests, the latest first."""
        return self.page.get_by_role("list", name="Requests").locator("> li")

    def row(self, order_id: str) -> Locator:
        return self.rows.filter(has_text=order_id)

    @property
    def faults(self) -> Locator:
        """The faults that are still to be played."""
        return self.page.get_by_role("list", name="Faults still to be played").locator("> li")

    def counts(self, **expected: int) -> None:
        for name, number in expected.items():
            expect(self.page.locator(f"#{name}")).to_have_text(str(number))

    def switches_on(self, kind: str, **fields: str) -> None:
        self.page.get_by_label("What happens to a request").select_option(kind)
        for label, value in fields.items():
            self.page.get_by_label(label.replace("_", " ")).fill(value)
        self.page.get_by_role("button", name="Switch on").click()


@pytest.fixture
def seen(browser: Browser, sandbox: Sandbox) -> Iterator[SandboxPage]:
    """The page; at the end nobody has complained of anything."""
    with browser.new_context(viewport={"width": 1180, "height": 900}) as context:
        seen = SandboxPage(context.new_page(), sandbox.url)
        yield seen
        assert seen.complaints == []


def test_an_event_appears_while_the_page_is_open(seen: SandboxPage, sandbox: Sandbox) -> None:
    expect(seen.page.get_by_text("Nothing has arrived yet.")).to_be_visible()
    expect(seen.page.locator("#address")).to_have_text(f"CONNECTLY_BASE_URL={sandbox.url}")
    assert report(sandbox.url, purchase("ORD-1", 99.97)) == 200
    row = seen.row("ORD-1")
    for text in ("200, recorded", "99.97 USD", "ad 120215559412340678", "sendout so-4815"):
        expect(row).to_contain_text(text)
    seen.counts(conversions=1, duplicates=0, unrecorded=0)
    expect(seen.page.get_by_text("Nothing has arrived yet.")).to_be_hidden()
    expect(seen.page).to_have_title("(1) Connectly sandbox")


def test_the_latest_request_comes_first(seen: SandboxPage, sandbox: Sandbox) -> None:
    for order_id in ("ORD-1", "ORD-2", "ORD-3"):
        report(sandbox.url, purchase(order_id, 1))
    expect(seen.rows.locator("strong")).to_have_text(["ORD-3", "ORD-2", "ORD-1"])


def test_attempts_and_duplicates_are_marked(seen: SandboxPage, sandbox: Sandbox) -> None:
    sandbox.fail_next(status=503)
    order = purchase("ORD-1", 99.97)
    assert [report(sandbox.url, order) for _ in range(3)] == [503, 200, 200]
    latest, second, first = (seen.rows.nth(place) for place in range(3))
    expect(first).to_contain_text("503, not recorded")
    expect(first).to_contain_text("Fault played: status")
    expect(second).to_contain_text("200, recordedtry 2")
    expect(latest).to_contain_text("200, duplicatetry 3")
    expect(latest).to_contain_text("This order was recorded before: it counts once.")
    seen.counts(conversions=1, duplicates=1, unrecorded=1)


def test_problems_are_told_by_code_and_path(seen: SandboxPage, sandbox: Sandbox) -> None:
    contents = [{"id": "a", "quantity": 0}]
    assert report(sandbox.url, purchase("ORD-1", -5, "DOLLAR", contents=contents)) == 400
    problems = seen.row("ORD-1").get_by_role("listitem")
    for code, path in [
        ("unknown_currency", "payload.currency"),
        ("negative_amount", "payload.value"),
        ("invalid_quantity", "payload.contents[0].quantity"),
    ]:
        expect(problems.filter(has_text=code).locator("code")).to_have_text(path)
    expect(seen.row("ORD-1")).to_contain_text("400, not recorded")


def test_the_body_is_shown_as_it_came(seen: SandboxPage, sandbox: Sandbox) -> None:
    body = purchase("ORD-1", 99.97).replace("99.97", "99.970")
    report(sandbox.url, body)
    row = seen.row("ORD-1")
    row.locator("summary").click()
    shown = row.locator("pre").first
    expect(shown).to_contain_text('\n    "value": 99.970,\n')
    row.get_by_role("button", name="As it came").click()
    expect(shown).to_have_text(body)
    expect(row).to_contain_text("x-api-key: ***")
    expect(row).not_to_contain_text(KEY)


def test_hostile_text_is_text(seen: SandboxPage, sandbox: Sandbox) -> None:
    tracking = json.loads(purchase(HOSTILE, 1))
    tracking["sendout_id"] = HOSTILE
    tracking["payload"][HOSTILE] = HOSTILE  # an unknown member, named in a problem
    for body in (purchase(HOSTILE, 1), json.dumps(tracking), HOSTILE):
        report(sandbox.url, body)
    expect(seen.rows).to_have_count(3)
    for place in range(3):
        seen.rows.nth(place).locator("summary").click()
        expect(seen.rows.nth(place).locator("pre")).to_have_count(2)
    expect(seen.row("document.title").first).to_contain_text(HOSTILE)
    assert seen.page.locator("main script, main img, main iframe").count() == 0
    expect(seen.page).to_have_title("(3) Connectly sandbox")


def test_a_fault_that_is_switched_on_is_played(seen: SandboxPage, sandbox: Sandbox) -> None:
    seen.switches_on("status", Status="429", How_often="2")
    expect(seen.faults).to_have_text(["status 4292 times"])
    assert report(sandbox.url, purchase("ORD-1", 1)) == 429
    expect(seen.faults).to_have_text(["status 429once"])
    assert report(sandbox.url, purchase("ORD-1", 1)) == 429
    expect(seen.faults).to_have_count(0)
    assert report(sandbox.url, purchase("ORD-1", 1)) == 200
    expect(seen.page.get_by_text("None is on")).to_be_visible()


def kinds() -> list[str]:
    surface = json.loads((ROOT / "core/schema/surface.json").read_text(encoding="utf-8"))
    return [fault["kind"] for fault in surface["faults"]]


def test_every_kind_of_fault_can_be_switched_on_and_off(
    seen: SandboxPage, sandbox: Sandbox
) -> None:
    seen.page.get_by_label("Until it is switched off").check()
    seen.page.get_by_label("Only for order").fill("ORD-9")
    for count, kind in enumerate(kinds(), start=1):
        seen.switches_on(kind)
        expect(seen.faults).to_have_count(count)
        expect(seen.faults.last).to_contain_text(re.compile(f"^{kind}.*order ORD-9stays on$"))
    expect(seen.page.locator("#fault-problem")).to_be_empty()
    # Another order is left alone.
    assert report(sandbox.url, purchase("ORD-1", 1)) == 200
    seen.page.get_by_role("button", name="Switch all off").click()
    expect(seen.faults).to_have_count(0)
    assert report(sandbox.url, purchase("ORD-9", 1)) == 200


def test_a_fault_that_cannot_be_played_says_why(seen: SandboxPage) -> None:
    seen.switches_on("status", Status="99")
    expect(seen.page.get_by_role("alert").first).to_contain_text("99 is not from 200 to 599")
    expect(seen.faults).to_have_count(0)
    (said,) = seen.complaints
    assert "400 (Bad Request)" in said, "Chromium's own line"
    seen.complaints.clear()


def test_everything_is_done_by_keyboard(seen: SandboxPage, sandbox: Sandbox) -> None:
    report(sandbox.url, purchase("ORD-1", 99.97))
    expect(seen.row("ORD-1")).to_be_visible()
    page = seen.page
    focused = page.locator(":focus")

    def goes_on_to(target: Locator) -> None:
        """By the tab key, in the order of the page; the focus is seen."""
        for _ in range(25):
            page.keyboard.press("Tab")
            outline = focused.evaluate("node => getComputedStyle(node).outlineStyle")
            assert outline == "solid", focused.evaluate("node => node.outerHTML")
            if target.evaluate("node => node === document.activeElement"):
                return
        raise AssertionError(target)

    goes_on_to(page.get_by_role("link", name="Skip to what arrived"))
    goes_on_to(page.get_by_label("What happens to a request"))
    page.keyboard.press("ArrowDown")  # from Status to Delay
    goes_on_to(page.get_by_label("Seconds"))
    page.keyboard.type("0")
    goes_on_to(page.get_by_role("button", name="Switch on"))
    page.keyboard.press("Enter")
    expect(seen.faults).to_have_count(1)
    goes_on_to(page.get_by_role("button", name="Hold the list"))
    goes_on_to(seen.row("ORD-1").locator("summary"))
    page.keyboard.press("Enter")
    as_it_came = seen.row("ORD-1").get_by_role("button", name="As it came")
    expect(as_it_came).to_be_visible()
    goes_on_to(as_it_came)


def test_what_arrives_is_said_aloud(seen: SandboxPage, sandbox: Sandbox) -> None:
    report(sandbox.url, purchase("ORD-1", 99.97))
    log = seen.page.get_by_role("log")
    expect(log).to_have_attribute("aria-live", "polite")
    expect(log).to_have_text("Purchase ORD-1, 99.97 USD, 200, recorded")


def test_a_held_list_stands_still(seen: SandboxPage, sandbox: Sandbox) -> None:
    report(sandbox.url, purchase("ORD-1", 1))
    expect(seen.rows).to_have_count(1)
    seen.page.get_by_role("button", name="Hold the list").click()
    report(sandbox.url, purchase("ORD-2", 1))
    show = seen.page.get_by_role("button", name="Show 1 new")
    expect(show).to_have_attribute("aria-pressed", "true")
    seen.counts(conversions=2)
    expect(seen.rows).to_have_count(1)
    show.click()
    expect(seen.rows).to_have_count(2)


def test_forget_all_clears_every_page(
    browser: Browser, seen: SandboxPage, sandbox: Sandbox
) -> None:
    with browser.new_context() as context:
        other = SandboxPage(context.new_page(), sandbox.url)
        report(sandbox.url, purchase("ORD-1", 1))
        for page in (seen, other):
            expect(page.rows).to_have_count(1)
        seen.page.get_by_role("button", name="Forget all").click()
        for page in (seen, other):
            expect(page.rows).to_have_count(0)
            page.counts(conversions=0)
    assert sandbox.received == []


def test_of_thousands_the_latest_are_shown_and_the_cut_is_told(
    seen: SandboxPage, sandbox: Sandbox
) -> None:
    body = purchase("ORD-1", 1)
    for number in range(LATEST + 20):
        assert report(sandbox.url, body.replace("ORD-1", f"ORD-{number}")) == 200
    seen.counts(conversions=LATEST + 20)
    expect(seen.rows).to_have_count(LATEST)
    cut = f"The latest {LATEST} of {LATEST + 20} requests are shown."
    expect(seen.page.get_by_text(cut)).to_be_visible()
    expect(seen.rows.first).to_contain_text(f"ORD-{LATEST + 19}")
    with urlopen(f"{sandbox.url}/sandbox/requests", timeout=PATIENCE) as answer:
        assert len(json.load(answer)["requests"]) == LATEST + 20


def test_the_page_goes_on_with_the_next_sandbox_of_its_port(
    browser: Browser, sandbox: Sandbox
) -> None:
    with browser.new_context() as context:
        seen = SandboxPage(context.new_page(), sandbox.url)
        report(sandbox.url, purchase("ORD-1", 1))
        expect(seen.rows).to_have_count(1)
        sandbox.stop()
        expect(seen.state).to_contain_text("The sandbox does not answer")
        port = int(sandbox.url.rsplit(":", 1)[1])
        with Sandbox(port=port, api_key=KEY, business_id=BUSINESS) as following:
            expect(seen.state).to_have_text("Live")
            expect(seen.rows).to_have_count(0)
            report(following.url, purchase("ORD-2", 1))
            expect(seen.row("ORD-2")).to_be_visible()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [360, 1180])
def test_it_can_be_read_in_every_light_and_width(
    browser: Browser, sandbox: Sandbox, scheme: Any, width: int
) -> None:
    sandbox.fail_next(kind="reset_after_recording")
    report(sandbox.url, purchase("ORD-1", 1))
    for body in (purchase("ORD-1", 1), purchase("x" * 250, -1, "DOLLAR"), purchase("ORD-2", 1)):
        report(sandbox.url, body)
    sandbox.fail_next(status=503, order_id="x" * 250)
    with browser.new_context(
        viewport={"width": width, "height": 800}, color_scheme=scheme, reduced_motion="reduce"
    ) as context:
        seen = SandboxPage(context.new_page(), sandbox.url)
        expect(seen.rows).to_have_count(4)
        for place in range(4):
            seen.rows.nth(place).locator("summary").click()
            expect(seen.rows.nth(place).locator("pre")).to_have_count(2)
        panel = seen.page.locator("#panel")
        if panel.get_attribute("open") is None:
            panel.locator("summary").click()
        overflow = "document.documentElement.scrollWidth - innerWidth"
        assert seen.page.evaluate(overflow) <= 0, "it never scrolls sideways"
        assert seen.page.evaluate(CONTRASTS) == [], "WCAG AA asks for 4.5 to 1"


CONTRASTS = """() => {
  const channels = (color) => color.match(/[\\d.]+/g).map(Number);
  const light = (color) => {
    const [r, g, b] = channels(color).map((value) => {
      const part = value / 255;
      return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const ground = (node) => {
    const color = getComputedStyle(node).backgroundColor;
    const alpha = channels(color)[3] ?? 1;
    return alpha === 0 && node.parentElement ? ground(node.parentElement) : color;
  };
  const isFilled = (child) => child.nodeType === 3 && child.data.trim() !== "";
  const isText = (node) => [...node.childNodes].some(isFilled);
  const isSeen = (node) => node.checkVisibility() && node.getBoundingClientRect().width > 1;
  return [...document.body.querySelectorAll("*")].filter(isText).filter(isSeen).flatMap((node) => {
    const [one, other] = [light(getComputedStyle(node).color), light(ground(node))].sort();
    const contrast = (Math.max(one, other) + 0.05) / (Math.min(one, other) + 0.05);
    const what = `${node.tagName} ${node.className} ${node.textContent.slice(0, 40)}`;
    return contrast < 4.5 ? [`${what} ${contrast.toFixed(2)}`] : [];
  });
}"""
"""What has less contrast to its ground than small text needs."""
