// The contract of tests/README.md, through the package's public interface.

import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { ConversionEvent, Landing, TrackingParams, ValidationError } from "connectly-conversions";
import {
  answer,
  clientOf,
  errorOf,
  knows,
  purchase,
  rawServer,
  sameIssues,
  using,
  vectors,
} from "./support.mjs";

const MEMBERS = ["v", "cnct_tracking_id", "sendout_id", "ctwa_clid", "ad_id", "extra", "captured_at"];

/** Compares what a landing or a cookie gave. */
function sameCapture(expect, capture) {
  knows(expect, "params", "nothing", "errors");
  if (expect.errors) {
    assert.throws(capture, (error) => {
      assert(error instanceof ValidationError);
      assert.equal(error.code, "invalid_tracking");
      sameIssues(error.issues, expect.errors);
      return true;
    });
    return;
  }
  const params = capture();
  if (expect.nothing) {
    assert.equal(params, null);
    return;
  }
  // The order of members that look like integers is lost when a vector is parsed: those texts are
  // compared by the entries of the Map, whose order the file's text tells.
  const { extra = {} } = expect.params;
  assert.deepEqual([...params.extra].sort(), Object.entries(extra).sort());
  if (!Object.keys(extra).some((name) => /^\d+$/.test(name))) {
    assert.equal(params.toString(), JSON.stringify(expect.params));
    assert.equal(JSON.stringify(params), JSON.stringify(expect.params));
  }
  assert.deepEqual(params.toJSON(), expect.params);
  assert.equal(params.cnctTrackingId, expect.params.cnct_tracking_id);
  assert.equal(params.sendoutId, expect.params.sendout_id);
  assert.equal(params.ctwaClid, expect.params.ctwa_clid);
  assert.equal(params.adId, expect.params.ad_id);
  assert.equal(params.capturedAt, expect.params.captured_at);
  if (Object.keys(expect.params).every((name) => MEMBERS.includes(name))) {
    const copy = TrackingParams.fromJSON(JSON.parse(JSON.stringify(params)));
    assert.deepEqual([...copy.extra].sort(), [...params.extra].sort());
  }
  assert.equal(TrackingParams.fromJSON(params.toString()).toString(), params.toString());
}

describe("capture.json", () => {
  for (const { name, why: _, now, url, query, pairs, extra_params: extraParams, expect, ...rest } of vectors(
    "capture",
  )) {
    it(name, () => {
      knows(rest);
      const options = { extraParams, now };
      sameCapture(expect, () => {
        if (url !== undefined) {
          return TrackingParams.fromUrl(url, options);
        }
        return TrackingParams.fromQuery(query ?? new URLSearchParams(pairs), options);
      });
    });
  }
});

describe("cookie.json", () => {
  for (const { name, why: _, params, cookie, expect, ...rest } of vectors("cookie")) {
    it(name, () => {
      knows(rest);
      if (params) {
        assert.equal(TrackingParams.fromJSON(params).toCookie(), cookie);
      }
      sameCapture(expect ?? { params }, () => TrackingParams.fromCookie(cookie));
    });
  }
});

describe("landing.json", () => {
  for (const { name, why: _, options = {}, method = "GET", target, stored, now, expect, ...rest } of vectors(
    "landing",
  )) {
    it(name, () => {
      knows(rest, "cookies", "headers", "consent");
      knows(options, "touch", "extra_params", "max_age", "domain");
      knows(expect, "count", "skipped", "params", "cookies", "errors", "no_store");
      const landing = new Landing({
        touch: options.touch,
        extraParams: options.extra_params,
        maxAge: options.max_age && options.max_age * 1000,
        domain: options.domain,
      });
      const known = stored && TrackingParams.fromJSON(stored);
      const visit = landing.visit({ method, url: target, stored: known, now, ...rest });
      assert.equal(visit.count, expect.count);
      assert.equal(visit.skipped, expect.skipped ?? null);
      assert.equal(visit.params?.toString(), expect.params ? JSON.stringify(expect.params) : undefined);
      assert.deepEqual(visit.cookies, expect.cookies);
      assert.equal(visit.noStore, expect.no_store);
      sameIssues(visit.issues, expect.errors ?? []);
    });
  }
});

function optionsOf({ rounding, extra_currencies, javascript_numbers, ...rest }, now) {
  knows(rest);
  // None of the machine's own: a vector says all that it depends on.
  return { rounding, extraCurrencies: extra_currencies ?? [], javascriptNumbers: javascript_numbers, now };
}

describe("wire.json", () => {
  for (const { name, why: _, now, input, options = {}, wire, warnings, ...rest } of vectors("wire")) {
    it(name, () => {
      knows(rest);
      const event = ConversionEvent.fromJSON(input, optionsOf(options, now));
      assert.equal(event.toWire().toString(), wire);
      sameIssues(event.warnings, warnings);
    });
  }
});

describe("validation.json", () => {
  for (const { name, why: _, now, input, options = {}, errors, warnings, ...rest } of vectors("validation")) {
    it(name, () => {
      knows(rest);
      const build = () => ConversionEvent.fromJSON(input, optionsOf(options, now));
      if (errors.length === 0) {
        sameIssues(build().warnings, warnings);
        return;
      }
      assert.throws(build, (error) => {
        assert(error instanceof ValidationError);
        assert.equal(error.code, "invalid_event");
        sameIssues(
          error.issues.filter((issue) => issue.severity === "error"),
          errors,
        );
        return true;
      });
    });
  }
});

describe("response.json", () => {
  for (const { name, why: _, status, headers, body, order_id: hasOrderId, now, expect, ...rest } of vectors(
    "response",
  )) {
    it(name, async (t) => {
      knows(rest);
      // The clock of a real connection is the real one: a date that counts from it is the core's.
      const names = Object.keys(headers).map((header) => header.toLowerCase());
      const date =
        names.includes("date") ||
        !/[a-z]/i.test(headers[Object.keys(headers)[names.indexOf("retry-after")]] ?? "");
      if (!date) {
        headers.Date = new Date(now * 1000).toUTCString();
      }
      const server = using(t, await rawServer(() => answer(status, headers, body)));
      const client = clientOf(server.url, { retry: { retries: 0 } });
      const event = purchase({ orderId: hasOrderId ? "ORD-7821" : null });
      if (expect.receipt) {
        const receipt = await client.send(event);
        knows(expect.receipt, "events_received");
        assert.equal(receipt.eventsReceived, expect.receipt.events_received);
        assert.equal(receipt.status, status);
        assert.equal(receipt.rawBody, body);
        return;
      }
      const { kind, code, message, retry_after: retryAfter, disposition, ...more } = expect.error;
      knows(more);
      const error = await errorOf(() => client.send(event));
      const isUnknown = disposition === "ambiguous" && !hasOrderId;
      assert.equal(error.kind, kind);
      assert.equal(error.code, isUnknown ? "unknown_outcome" : code);
      assert.equal(error.retryAfter, retryAfter === undefined ? undefined : retryAfter * 1000);
      assert.equal(error.status, status);
      assert.equal(error.rawBody, body);
      assert.equal(
        error.retryable,
        disposition === "not_recorded" || (disposition === "ambiguous" && hasOrderId),
      );
      if (message !== undefined && !isUnknown) {
        assert.equal(error.message, message);
      }
    });
  }
});
