// The sandbox, as a shop's tests use it.

import assert from "node:assert/strict";
import net from "node:net";
import { describe, it } from "node:test";
import { Client, ConfigurationError, ConversionEvent, TrackingParams } from "connectly-conversions";
import { assertNotReported, assertReported, Sandbox } from "connectly-conversions/testing";

const tracking = TrackingParams.of({ cnctTrackingId: "t", sendoutId: "s", ctwaClid: "c", adId: "1" });
/** A sandbox that stops with its test. */
async function started(t) {
  const sandbox = await Sandbox.start();
  t.after(() => sandbox.stop());
  return sandbox;
}

const purchase = (orderId) =>
  ConversionEvent.purchase({ tracking, orderId, currency: "USD", value: "99.97" });

describe("assertions", () => {
  it("find an order, with amounts as decimals and currencies in any case", async (t) => {
    const sandbox = await started(t);
    await sandbox.client().send(purchase("A"));
    const found = assertReported(sandbox, { order_id: "A", value: "99.970", currency: "usd" });
    assert.equal(found.value, "99.97");
    assertReported(sandbox, { order_id: "A", value: 99.97 });
    const more = "99.97000000000000001"; // as a float it would be 99.97
    assert.throws(() => assertReported(sandbox, { order_id: "A", value: more }), {
      name: "AssertionError",
      message: `order A was expected with the value ${more} and came as Purchase A 99.97 USD`,
    });
  });

  it("say what came instead", async (t) => {
    const sandbox = await started(t);
    assert.throws(() => assertReported(sandbox, { order_id: "A" }), {
      name: "AssertionError",
      message: "order A was expected once and did not come; received: nothing",
    });
    assertNotReported(sandbox, "A");
    await sandbox.client().send(purchase("A"));
    assert.throws(() => assertReported(sandbox, { order_id: "A", times: 2 }), /expected twice and came once/);
    assert.throws(
      () => assertReported(sandbox, { order_id: "A", times: 0 }),
      /assert that it was not reported/,
    );
    assert.throws(() => assertNotReported(sandbox, "A"), {
      name: "AssertionError",
      message: "order A was not expected and came: Purchase A 99.97 USD",
    });
  });

  it("refuse what means nothing", async (t) => {
    const sandbox = await started(t);
    for (const expected of [{ orderId: "A" }, { value: "much" }, { times: -1 }]) {
      assert.throws(() => assertReported(sandbox, expected), ConfigurationError, JSON.stringify(expected));
    }
  });
});

describe("waiting", () => {
  it("fails with what came where the time is over", async (t) => {
    const sandbox = await started(t);
    await assert.rejects(sandbox.waitFor(1, { timeout: 1 }), {
      name: "AssertionError",
      message: "1 was expected within 0.001 s, 0 came; received: nothing",
    });
  });

  it("ends with the sandbox, whose port is closed at once", async () => {
    const sandbox = await Sandbox.start();
    const waiting = assert.rejects(
      sandbox.waitFor(1, { timeout: 600_000 }),
      /before the sandbox was stopped/,
    );
    await sandbox.stop();
    await assert.rejects(connected(sandbox.url), { code: "ECONNREFUSED" });
    await waiting;
  });
});

it("what arrived can be asked for after the end", async () => {
  const sandbox = await Sandbox.start();
  await sandbox.client().send(purchase("A"));
  await sandbox.stop();
  assertReported(sandbox, { order_id: "A" });
  assert.equal(sandbox.requests.length, 1);
});

it("a port is a whole number from 0 to 65535", async () => {
  for (const port of [70_000, -1, 1.5]) {
    await assert.rejects(Sandbox.start({ port }), { code: "invalid_option" });
  }
});

it("while it runs, a client of production refuses to send", async (t) => {
  // Whatever left the machine would come by here.
  const wayOut = net.createServer(() => assert.fail("it was sent"));
  await new Promise((resolve) => wayOut.listen(0, "127.0.0.1", resolve));
  const client = new Client({
    apiKey: "a-real-key",
    businessId: "3f1c9a52-6f0d-4b8e-9a57-2d1f0c4e8b6a",
    baseUrl: "https://api.connectly.ai",
    proxy: `http://127.0.0.1:${wayOut.address().port}`,
  });
  await started(t);
  await assert.rejects(client.send(purchase("A")), { code: "sandbox_active", attempts: 0 });
  const [outcome] = await client.sendMany([purchase("A")]);
  assert.equal(outcome.error.code, "sandbox_active");
  await new Promise((resolve) => wayOut.close(resolve));
});

it("plain http to another machine is for tests that ask for it", async () => {
  const settings = { apiKey: "k", businessId: "3f1c9a52-6f0d-4b8e-9a57-2d1f0c4e8b6a" };
  const baseUrl = "http://sandbox:8099";
  assert.throws(() => new Client({ ...settings, baseUrl }), { code: "insecure_base_url" });
  new Client({ ...settings, baseUrl, allowInsecureHttpForTests: true });
});

function connected(url) {
  return new Promise((resolve, reject) => {
    const { hostname, port } = new URL(url);
    net.connect(Number(port), hostname).on("connect", resolve).on("error", reject);
  });
}
