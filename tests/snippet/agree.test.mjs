// The capture snippet agrees with the contract, the core and the adapters of both languages: what it
// writes for a URL of the vectors is what a server would have captured, byte by byte, and Express and
// Django take it over. DJANGO is a Python with Django and the wheel.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { request } from "node:http";
import { createRequire } from "node:module";
import { after, before, describe, it } from "node:test";
import { fileURLToPath } from "node:url";
import { runInNewContext } from "node:vm";

const here = (path) => fileURLToPath(new URL(path, import.meta.url));
const tools = createRequire(here("../../bindings-node/test/frameworks/bundlers/package.json"));
const shop = createRequire(here("../../bindings-node/test/frameworks/visits/package.json"));
const { Landing, TrackingParams } = shop("connectly-conversions");
const { connectly, trackingFor } = shop("connectly-conversions/express");

const SNIPPET = readFileSync(here("../../core/snippet/landing.min.js"), "utf8");
const LINK = "https://shop.example/sale?cnct_tracking_id=t1&sendout_id=s1&ctwa_clid=c1&ad_id=23851";
const NOW = 1_746_480_000;
const vectors = (name) => JSON.parse(readFileSync(here(`../vectors/${name}.json`), "utf8")).cases;

/** Runs the snippet in a page, and gives the document. */
function open(url, { now = NOW, ...document } = {}) {
  const page = { cookie: null, ...document };
  class Clock extends Date {
    static now() {
      return now * 1000 + 999;
    }
  }
  runInNewContext(SNIPPET, {
    document: page,
    location: new URL(url),
    URLSearchParams,
    btoa,
    Date: Clock,
  });
  return page;
}

/** The value of the cookie that a page sets; nothing where it sets none. */
function written(url, now) {
  const { cookie } = open(url, { now });
  return cookie === null ? null : /^cnct_landing=([\w.-]+);/.exec(cookie)[1];
}

/** The URL of a case; a query may have letters that a URL escapes. */
function urlOf({ url, query }) {
  const made = new URL(url ?? "https://shop.example/", "https://shop.example/");
  if (query !== undefined) {
    made.search = query;
  }
  return made.href;
}

/** What a server of the shop would have set at this landing, by the core. */
function atServer(url, now) {
  const [cookie] = new Landing().visit({ method: "GET", url, now }).cookies;
  return cookie === undefined ? null : /^cnct_tracking=([^;]*)/.exec(cookie)[1];
}

/** What other links carry, by the contract of the cookie. */
const LINKS = vectors("cookie")
  .filter(({ params }) => params !== undefined)
  .map(({ name, params: { v: _, captured_at: __, extra, ...named } }) => {
    const values = Object.entries({ ...named, ...extra }).filter(([, value]) => typeof value === "string");
    return { name, query: String(new URLSearchParams(values)) };
  });
const CAPTURES = vectors("capture").filter(
  // What a framework has decoded is no URL, and names of the shop's own are left to the server.
  ({ pairs, extra_params }) => pairs === undefined && extra_params === undefined,
);

describe("the capture snippet", () => {
  for (const { name, now = NOW, expect, ...given } of CAPTURES) {
    it(`captures as the contract says: ${name}`, () => {
      const cookie = written(urlOf(given), now);
      assert.equal(cookie, atServer(urlOf(given), now));
      if (cookie !== null) {
        const json = Buffer.from(cookie.slice("v1.".length), "base64url").toString();
        // As text: the order counts.
        assert.equal(json, JSON.stringify(expect.params));
      } else if (expect.params !== undefined) {
        assert(TrackingParams.fromJSON(expect.params).toCookie().length > 4_096 - "cnct_tracking=".length);
      }
    });
  }

  for (const { name, query } of LINKS) {
    it(`captures what a cookie can hold: ${name}`, () => {
      const url = urlOf({ query });
      assert.equal(written(url), atServer(url, NOW));
    });
  }

  it("sets a cookie for the page's host, by TLS where the page came by it", () => {
    const attributes = (url, dataset) => {
      const { cookie } = open(url, dataset && { currentScript: { dataset } });
      return cookie.slice(cookie.indexOf(";"));
    };
    assert.equal(attributes(LINK), ";path=/;max-age=7776000;samesite=lax;secure");
    assert.equal(attributes(LINK, {}), ";path=/;max-age=7776000;samesite=lax;secure");
    assert.equal(
      attributes(LINK, { domain: "shop.example" }),
      ";path=/;max-age=7776000;samesite=lax;domain=shop.example;secure",
    );
    assert.equal(attributes(LINK.replace("https", "http")), ";path=/;max-age=7776000;samesite=lax");
  });

  it("waits for a page that is loaded ahead to be looked at", () => {
    const listeners = {};
    const page = open(LINK, {
      prerendering: true,
      addEventListener: (name, listener) => {
        listeners[name] = listener;
      },
    });
    assert.equal(page.cookie, null);
    listeners.prerenderingchange();
    assert.match(page.cookie, /^cnct_landing=v1\./);
  });

  it("throws nowhere", () => {
    for (const world of [
      {},
      { document: {} },
      { document: {}, location: {} },
      { document: Object.freeze({}), location: new URL(LINK), URLSearchParams, btoa },
      { document: {}, location: new URL(LINK), URLSearchParams, btoa: () => assert.fail("of the page") },
    ]) {
      runInNewContext(SNIPPET, world);
    }
    // A server that renders the page's modules loads it as well.
    shop("connectly-conversions/snippet");
  });

  it("is one file in every package", () => {
    const python = (code) => execFileSync(process.env.DJANGO, ["-c", code], { encoding: "utf8" });
    assert.equal(readFileSync(shop.resolve("connectly-conversions/snippet"), "utf8"), SNIPPET);
    assert.equal(python("import connectly_conversions as c; print(c.SNIPPET, end='')"), SNIPPET);
    const command = here("../../bindings-node/dist/cli.js");
    assert.equal(execFileSync(process.execPath, [command, "snippet"], { encoding: "utf8" }), `${SNIPPET}\n`);
    assert(SNIPPET.length < 1_000);
  });

  it("is kept by whoever bundles a page", () => {
    const { outputFiles } = tools("esbuild").buildSync({
      stdin: {
        contents: 'import "connectly-conversions/snippet";',
        resolveDir: here("../../bindings-node/test/frameworks/visits"),
      },
      bundle: true,
      platform: "browser",
      write: false,
    });
    assert.match(outputFiles[0].text, /cnct_landing=v1\./);
  });

  it("is made of its source", () => {
    const made = execFileSync(process.execPath, [here("../../core/snippet/minify.mjs")], {
      encoding: "utf8",
    });
    assert.equal(SNIPPET, made);
  });
});

describe("the cookie of the snippet", () => {
  const cookies = [...CAPTURES, ...LINKS].map((given) => written(urlOf(given), given.now)).filter(Boolean);
  let server;
  before(async () => {
    const app = shop("express")();
    app.use(connectly());
    app.get("/", async (request, response) => response.send(String((await trackingFor(request)) ?? "")));
    server = app.listen(0, "127.0.0.1");
    await once(server, "listening");
  });
  after(() => {
    server.closeAllConnections();
    server.close();
  });

  async function inExpress(cookie) {
    const { port } = server.address();
    const headers = { host: "shop.example", cookie: `cnct_landing=${cookie}` };
    const sent = request({ port, host: "127.0.0.1", headers });
    sent.end();
    const [response] = await once(sent, "response");
    const body = (await response.toArray()).join("");
    const set = (response.headers["set-cookie"] ?? []).map((text) => text.split(";")[0].split("="));
    return [body, Object.fromEntries(set), response.headers["cache-control"]];
  }

  it("means the same to Express, Django and the core", async () => {
    const django = execFileSync(process.env.DJANGO, [here("in_django.py")], {
      input: JSON.stringify(cookies),
      encoding: "utf8",
    });
    const answers = django
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line));
    assert.equal(answers.length, cookies.length);
    assert(cookies.length > 80);
    for (const [index, cookie] of cookies.entries()) {
      const { params } = new Landing().visit({ method: "GET", url: "/", cookies: { cnct_landing: cookie } });
      // The very bytes, from now on in the shop's own cookie, and the page's is deleted.
      const expected = [String(params), { cnct_tracking: cookie, cnct_landing: "" }, "private, no-store"];
      assert.deepEqual(await inExpress(cookie), expected);
      assert.deepEqual(answers[index], expected);
      assert.equal(params.toCookie(), cookie);
    }
  });
});
