// What a landing's URL and query may be.

import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { ConfigurationError, TrackingParams } from "connectly-conversions";

const QUERY = "cnct_tracking_id=t1&sendout_id=s1&ctwa_clid=c1&ad_id=23851234567890123&utm_source=wa";
const pairs = () => new URLSearchParams(QUERY);

/** As a query's parser may give it: with the name twice. */
function formData() {
  const data = new FormData();
  for (const [name, value] of pairs()) {
    data.append(name, value);
  }
  data.append("photo", new Blob(["x"]));
  return data;
}

describe("fromQuery", () => {
  for (const [what, query] of [
    ["text", QUERY],
    ["URLSearchParams", pairs()],
    ["a Map", new Map(pairs())],
    ["pairs", [...pairs()]],
    ["Headers", new Headers([...pairs()])],
    ["FormData", formData()],
    ["an object", Object.fromEntries(pairs())],
    ["an object without a prototype", Object.assign(Object.create(null), Object.fromEntries(pairs()))],
    ["an object of lists", Object.fromEntries([...pairs()].map(([name, value]) => [name, [value, "other"]]))],
    ["an object with a parameter url", { ...Object.fromEntries(pairs()), url: "https://shop.example" }],
  ]) {
    it(`takes ${what}`, () => {
      const params = TrackingParams.fromQuery(query);
      assert.equal(params.adId, "23851234567890123");
      assert.equal(params.extra.get("utm_source"), "wa");
    });
  }

  it("of nobody's visit gives null", () => {
    for (const query of ["", {}, new Map(), new URLSearchParams(), [], { a: "1" }]) {
      assert.equal(TrackingParams.fromQuery(query), null);
    }
  });

  for (const [what, query, advice] of [
    ["a promise", Promise.resolve({}), /await it first/],
    ["a URL", new URL(`https://shop.example/?${QUERY}`), /fromUrl/],
    ["a request", new Request(`https://shop.example/?${QUERY}`), /fromUrl/],
    ["nothing", undefined, /query/],
    ["a list of texts", ["a=b"], /query/],
    ["a function", () => QUERY, /query/],
  ]) {
    it(`refuses ${what}`, () => {
      assert.throws(
        () => TrackingParams.fromQuery(query),
        (error) => error instanceof ConfigurationError && advice.test(error.message),
      );
    });
  }
});

describe("fromUrl", () => {
  it("takes a text, a URL, and what has an href as one", () => {
    class NextUrl {
      get href() {
        return `https://shop.example/?${QUERY}`;
      }
    }
    for (const url of [`/?${QUERY}`, new URL(`https://shop.example/?${QUERY}`), new NextUrl()]) {
      assert.equal(TrackingParams.fromUrl(url).cnctTrackingId, "t1");
    }
    for (const url of [{}, { url: "/" }, undefined, 5, new Request("https://shop.example")]) {
      assert.throws(() => TrackingParams.fromUrl(url), ConfigurationError);
    }
  });
});
