// A visit, as Node's servers and frameworks have it; the rules are the contract's.

import assert from "node:assert/strict";
import { describe, it } from "node:test";
import {
  COOKIE_NAME,
  ConfigurationError,
  Landing,
  SCRIPT_COOKIE_NAME,
  TrackingParams,
} from "connectly-conversions";

const url = "/phones?cnct_tracking_id=t1&sendout_id=s1&ctwa_clid=c1&ad_id=23851";
const known = TrackingParams.of({
  cnctTrackingId: "t0",
  sendoutId: "s0",
  ctwaClid: "c0",
  adId: "1",
  capturedAt: 1746480000,
});
const cookie = known.toCookie();
const landing = new Landing();

describe("a landing", () => {
  it("captures a link and gives its cookie", () => {
    const visit = landing.visit({ method: "GET", url, headers: { host: "shop.example" } });
    assert.equal(visit.count, "captured");
    assert(visit.params instanceof TrackingParams);
    assert.deepEqual(visit.cookies, [
      `${COOKIE_NAME}=${visit.params.toCookie()}; Max-Age=7776000; Path=/; Secure; HttpOnly; SameSite=Lax`,
    ]);
    assert.equal(visit.noStore, true);
  });

  for (const [form, given] of Object.entries({
    URL: new URL(`https://shop.example${url}`),
    "an object with href, as Next.js has it": { href: `https://shop.example${url}` },
  })) {
    it(`takes a URL as ${form}`, () => {
      assert.equal(landing.visit({ method: "GET", url: given }).count, "captured");
    });
  }

  for (const [form, cookies] of Object.entries({
    "an object": { [COOKIE_NAME]: cookie, theme: "dark", gone: undefined },
    "the header's text": `theme=dark; ${COOKIE_NAME}=${cookie}`,
    "a Map": new Map([[COOKIE_NAME, cookie]]),
    pairs: [[COOKIE_NAME, cookie]],
    "Next.js's records": new Map([[COOKIE_NAME, { name: COOKIE_NAME, value: cookie }]]),
  })) {
    it(`takes cookies as ${form}`, () => {
      const visit = landing.visit({ method: "GET", url: "/checkout", cookies });
      assert.equal(visit.params?.toString(), known.toString());
    });
  }

  for (const [form, headers] of Object.entries({
    "an IncomingMessage has them": {
      host: "shop.example",
      cookie: `${COOKIE_NAME}=${cookie}`,
      "x-a": ["1", "2"],
    },
    "a Request has them": new Headers({ Cookie: `${COOKIE_NAME}=${cookie}` }),
  })) {
    it(`takes headers as ${form}`, () => {
      const visit = landing.visit({ method: "GET", url: "/checkout", headers });
      assert.equal(visit.params?.toString(), known.toString());
    });
  }

  it("keeps what a session holds", () => {
    const visit = new Landing({ touch: "first" }).visit({ method: "GET", url, stored: known });
    assert.equal(visit.count, "kept");
    assert.equal(visit.params?.toString(), known.toString());
    assert.deepEqual(visit.cookies, []);
  });

  it("takes a script's cookie over", () => {
    const visit = landing.visit({ method: "GET", url: "/cart", cookies: { [SCRIPT_COOKIE_NAME]: cookie } });
    assert.equal(visit.params?.toString(), known.toString());
    assert.deepEqual(
      visit.cookies.map((text) => text.split("=")[0]),
      [COOKIE_NAME, SCRIPT_COOKIE_NAME],
    );
  });

  for (const consent of [false, undefined, null, 1, "yes"]) {
    it(`has no consent in ${consent}`, () => {
      const visit = landing.visit({ method: "GET", url, stored: known, consent });
      assert.deepEqual([visit.count, visit.skipped, visit.params], ["skipped", "consent", null]);
    });
  }

  it("throws nothing for what a visitor sends", () => {
    const visit = landing.visit({
      method: "\ud800",
      url: "\ud800?\0",
      cookies: { cnct_tracking: "\ud800", "": "x" },
      headers: { host: "\0", "user-agent": "\ud800", cookie: ";;=;cnct_landing=%" },
    });
    assert.equal(visit.skipped, "method");
  });

  it("counts maxAge in milliseconds", () => {
    const [text] = new Landing({ maxAge: 7 * 24 * 3600 * 1000 }).visit({ method: "GET", url }).cookies;
    assert.match(text, /; Max-Age=604800;/);
  });

  for (const options of [
    { touch: "middle" },
    { maxAge: 0 },
    { maxAge: "7d" },
    { domain: "https://shop.example" },
    { domain: 5 },
    { extraParams: "coupon" },
    { extra: [] },
  ]) {
    it(`refuses ${JSON.stringify(options)}`, () => {
      const [name] = Object.keys(options);
      assert.throws(
        () => new Landing(options),
        (error) => error instanceof ConfigurationError && error.message.startsWith(`${name}: `),
      );
    });
  }

  for (const request of [{ method: 1 }, { url: 1 }, { cookies: 1 }, { headers: "host" }, { stored: {} }]) {
    it(`refuses a shop's ${JSON.stringify(request)}`, () => {
      const [name] = Object.keys(request);
      assert.throws(
        () => landing.visit({ method: "GET", url, ...request }),
        (error) => error instanceof ConfigurationError && error.message.startsWith(`${name}: `),
      );
    });
  }
});
