// What the addon must do: load, refuse, send to the sandbox, and be told of it.
"use strict";

const assert = require("node:assert/strict");
const { Client, ConversionEvent, TrackingParams, ValidationError } = require("connectly-conversions");
const { assertReported, Sandbox } = require("connectly-conversions/testing");

async function main() {
  const url = "/?cnct_tracking_id=t1&sendout_id=s1&ctwa_clid=c1&ad_id=23851234567890123";
  const tracking = TrackingParams.fromUrl(url);
  const order = { tracking, orderId: "ORD-7821", currency: "USD", value: "99.97" };
  assert.throws(() => ConversionEvent.purchase({ ...order, value: "1,5" }), ValidationError);
  const sandbox = await Sandbox.start();
  const client = new Client(sandbox.clientOptions);
  const receipt = await client.send(ConversionEvent.purchase(order));
  assert.equal(receipt.eventsReceived, 1);
  assertReported(sandbox, { order_id: "ORD-7821", value: "99.97" });
  await client.close();
  await sandbox.stop();
  console.log(`the addon works under Node ${process.version} on ${process.platform} ${process.arch}`);
}

main();
