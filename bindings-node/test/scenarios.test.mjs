// The scenarios of tests/README.md: this package's client against this package's sandbox.

import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { describe, it } from "node:test";
import { ConversionEvent } from "connectly-conversions";
import { Sandbox } from "connectly-conversions/testing";
import { errorOf, knows, using } from "./support.mjs";

const folder = new URL("../../tests/scenarios/", import.meta.url);
const read = (url) => JSON.parse(readFileSync(url, "utf8"));
const example = read(new URL("../../tests/event.json", import.meta.url));
const scenarios = readdirSync(folder).filter((file) => file.endsWith(".json"));
const milliseconds = (seconds) => (seconds === undefined ? undefined : seconds * 1000);

function settings({ timeout, attempt_timeout, connect_timeout, retries, base, cap, ...rest }) {
  knows(rest);
  return {
    timeout: milliseconds(timeout),
    attemptTimeout: milliseconds(attempt_timeout),
    connectTimeout: milliseconds(connect_timeout),
    retry: { retries, base: milliseconds(base), cap: milliseconds(cap) },
  };
}

function event({ order_id: orderId, ...rest }) {
  knows(rest);
  return ConversionEvent.fromJSON({ ...example, payload: { ...example.payload, order_id: orderId } });
}

function sameOutcome({ receipt, error }, expect) {
  knows(expect, "receipt", "error");
  if (expect.receipt) {
    knows(expect.receipt, "attempts");
    assert.equal(error, undefined);
    assert(receipt.eventsReceived >= 1);
    assert.equal(receipt.attempts, expect.receipt.attempts ?? receipt.attempts);
    return;
  }
  assert(error, "an error was expected");
  const { retry_after: retryAfter, ...members } = expect.error;
  knows(members, "kind", "code", "retryable", "attempts", "status", "message");
  for (const [name, value] of Object.entries(members)) {
    assert.equal(error[name], value, name);
  }
  if (retryAfter !== undefined) {
    assert.equal(error.retryAfter, retryAfter * 1000);
  }
}

describe("scenarios", { concurrency: true }, () => {
  for (const file of scenarios) {
    const { name, about, client, faults, events, concurrency, expect, ...rest } = read(new URL(file, folder));
    it(`${name}: ${about}`, async (t) => {
      knows(rest);
      knows(expect, "outcomes", "requests", "received", "waits_at_least");
      const sandbox = using(t, await Sandbox.start());
      sandbox.failNext(...faults);
      const sender = sandbox.client(settings(client));
      const sent = events.map(event);
      const began = performance.now();
      let outcomes;
      if (sent.length === 1) {
        const [only] = sent;
        outcomes = [
          await sender.send(only).then(
            (receipt) => ({ receipt }),
            (error) => ({ error }),
          ),
        ];
      } else {
        outcomes = await sender.sendMany(sent, { concurrency });
      }
      const seconds = (performance.now() - began) / 1000;
      assert.equal(outcomes.length, expect.outcomes.length);
      for (const [index, expected] of expect.outcomes.entries()) {
        sameOutcome(outcomes[index], expected);
      }
      if (expect.requests !== undefined) {
        assert.equal(sandbox.requests.length, expect.requests);
      }
      if (expect.waits_at_least !== undefined) {
        assert(seconds >= expect.waits_at_least, `${seconds} s`);
      }
      const last = new Map();
      for (const { order_id, times } of sandbox.received) {
        last.set(order_id ?? Symbol("no order"), times);
      }
      const received = [...last].map(([id, times]) => [typeof id === "symbol" ? null : id, times]);
      assert.deepEqual(
        received.sort(),
        expect.received.map(({ order_id, times }) => [order_id ?? null, times]).sort(),
      );
    });
  }

  it("are all there", () => assert(scenarios.length >= 49));
});

describe("a sandbox", () => {
  it("refuses a fault that it does not know", async (t) => {
    const sandbox = using(t, await Sandbox.start());
    const error = await errorOf(() => sandbox.failNext({ kind: "earthquake" }));
    assert.equal(error.code, "invalid_option");
  });
});
