// What the adapters make of visits, in real frameworks: the same in each of them, and as Django's.

import assert from "node:assert/strict";
import { once } from "node:events";
import { request } from "node:http";
import { after, before, describe, it } from "node:test";
import { COOKIE_NAME, SCRIPT_COOKIE_NAME, TrackingParams } from "connectly-conversions";
import { SHOPS } from "./visits/servers.mjs";

const VISIT = {
  cnct_tracking_id: "trk-a",
  sendout_id: "so-a",
  ctwa_clid: "clid-a",
  ad_id: "120215559412340678",
};
const query = (values) => new URLSearchParams(values).toString();
const LANDING = `/?${query(VISIT)}`;
const OTHER = `/?${query({ ...VISIT, cnct_tracking_id: "trk-other" })}`;
const NO_STORE = "private, no-store";

/** A visitor with a browser's cookies. */
class Visitor {
  cookies = {};
  #port;
  #host;

  constructor({ port }, host = "127.0.0.1") {
    this.#port = port;
    this.#host = host;
  }

  async get(path, headers = {}, method = "GET") {
    const cookie = Object.entries(this.cookies).map((pair) => pair.join("="));
    const sent = request({
      port: this.#port,
      host: "127.0.0.1",
      path,
      method,
      headers: { host: this.#host, ...(cookie.length > 0 && { cookie: cookie.join("; ") }), ...headers },
    });
    sent.end();
    const [response] = await once(sent, "response");
    const body = (await response.toArray()).join("");
    const set = response.headers["set-cookie"] ?? [];
    for (const text of set) {
      const [, name, value] = /^([^=]+)=([^;]*)/.exec(text);
      if (/max-age=0|expires=thu, 01 jan 1970/i.test(text)) {
        delete this.cookies[name];
      } else {
        this.cookies[name] = value;
      }
    }
    const ours = set.filter((text) => text.startsWith("cnct_"));
    return { status: response.statusCode, cache: response.headers["cache-control"], body, set, ours };
  }

  async known(path = "/", headers = {}) {
    const { params } = JSON.parse((await this.get(path, headers)).body);
    return params?.cnct_tracking_id ?? null;
  }
}

for (const [name, { start, session }] of Object.entries(SHOPS)) {
  describe(name, () => {
    const servers = [];
    const warnings = [];
    const warned = ({ message }) => warnings.push(message);
    let shop;

    /** A shop with these options, and what reaches it. */
    async function open(options) {
      const server = await start(options);
      servers.push(server.listen(0, "127.0.0.1"));
      await once(server, "listening");
      return server.address();
    }
    /** The warnings of what has just been done: they are told in the next turn. */
    async function told() {
      await new Promise((resolve) => setImmediate(resolve));
      return warnings.splice(0);
    }

    before(async () => {
      process.on("warning", warned);
      shop = await open();
    });
    after(() => {
      process.off("warning", warned);
      for (const server of servers) {
        server.closeAllConnections();
        server.close();
      }
    });

    it("keeps a landing", async () => {
      const visitor = new Visitor(shop);
      const { body, cache, ours } = await visitor.get(LANDING);
      const params = TrackingParams.fromJSON(JSON.parse(body).params);
      assert.equal(params.cnctTrackingId, "trk-a");
      assert.equal(cache, NO_STORE);
      assert.deepEqual(ours, [
        `${COOKIE_NAME}=${params.toCookie()}; Max-Age=7776000; Path=/; HttpOnly; SameSite=Lax`,
      ]);
      assert.equal(await visitor.known(), "trk-a");
    });

    it("sends the cookie by TLS alone, but on a developer's machine", async () => {
      const { ours } = await new Visitor(shop, "shop.example").get(LANDING);
      assert.match(ours[0], /; Path=\/; Secure; HttpOnly; SameSite=Lax$/);
    });

    for (const forgotten of [COOKIE_NAME, session].filter((_, __, all) => all[1] !== undefined)) {
      it(`knows a visitor whose ${forgotten} is gone`, async () => {
        const visitor = new Visitor(shop);
        await visitor.get(LANDING);
        assert(forgotten in visitor.cookies);
        delete visitor.cookies[forgotten];
        assert.equal(await visitor.known(), "trk-a");
      });
    }

    it("writes what is known not again", async () => {
      const visitor = new Visitor(shop);
      await visitor.get(LANDING);
      const again = await visitor.get(`/cached?${query(VISIT)}`);
      assert.deepEqual(again.ours, []);
      assert.equal(again.cache, "public, max-age=600");
    });

    it("leaves a page without params to the caches, and opens no session", async () => {
      const { cache, set } = await new Visitor(shop).get("/cached?ad_id=1");
      assert.deepEqual([cache, set], ["public, max-age=600", []]);
    });

    it("hands a landing that may be cached to nobody else", async () => {
      const { cache, ours } = await new Visitor(shop).get(`/cached?${query(VISIT)}`);
      assert.deepEqual([cache, ours.length], [NO_STORE, 1]);
    });

    it("marks a redirect", async () => {
      const { status, cache, ours } = await new Visitor(shop).get(`/elsewhere?${query(VISIT)}`);
      assert.deepEqual([status, cache, ours.length], [302, NO_STORE, 1]);
    });

    it("takes no cookie of the shop's away", async () => {
      const { set, ours } = await new Visitor(shop).get(`/basket?${query(VISIT)}`);
      assert.equal(ours.length, 1);
      assert(set.some((text) => text.startsWith("basket=7")));
    });

    it("breaks no page for a bad visit, displaces nothing, and warns once", async () => {
      const visitor = new Visitor(shop);
      await visitor.get(LANDING);
      await told();
      assert.equal(await visitor.known("/?cnct_tracking_id=trk-new"), "trk-a");
      assert.deepEqual(await told(), [
        "a visit of Connectly's is partial: sendout_id: required, ctwa_clid: required, ad_id: required",
      ]);
      assert.equal(await visitor.known(`/?${query({ ...VISIT, ad_id: "x".repeat(1025) })}`), "trk-a");
      assert.deepEqual(await told(), ["a visit of Connectly's is invalid: ad_id: value_too_long"]);
    });

    for (const [what, method, headers] of [
      ["HEAD", "HEAD"],
      ["POST", "POST"],
      ["a prefetch", "GET", { "sec-purpose": "prefetch" }],
      ["a link's preview", "GET", { "user-agent": "WhatsApp/2.23.20.0 A" }],
    ]) {
      it(`skips ${what}`, async () => {
        const visitor = new Visitor(shop);
        assert.deepEqual((await visitor.get(LANDING, headers, method)).ours, []);
        assert.equal(await visitor.known(), null);
      });
    }

    it("lets the last visit count, unless the first one does", async () => {
      const visitor = new Visitor(shop);
      await visitor.get(LANDING);
      assert.equal(await visitor.known(OTHER), "trk-other");
      assert.equal(await visitor.known(), "trk-other");
      const first = new Visitor(await open({ touch: "first" }));
      await first.get(LANDING);
      assert.equal(await first.known(OTHER), "trk-a");
    });

    it("takes the cookie of a page's script over", async () => {
      const visitor = new Visitor(shop);
      const cookie = TrackingParams.fromJSON({ ...VISIT, captured_at: 1746480000 }).toCookie();
      visitor.cookies[SCRIPT_COOKIE_NAME] = cookie;
      const { ours } = await visitor.get("/");
      assert.deepEqual(
        ours.map((text) => text.split("=")[0]),
        [COOKIE_NAME, SCRIPT_COOKIE_NAME],
      );
      assert.equal(visitor.cookies[COOKIE_NAME], cookie);
      assert(!(SCRIPT_COOKIE_NAME in visitor.cookies));
    });

    it("keeps nothing without consent, and lets go of what was kept", async () => {
      const consent = async ({ headers }) => {
        const text = typeof headers.get === "function" ? headers.get("cookie") : headers.cookie;
        return !/consent=no/.test(text ?? "");
      };
      const visitor = new Visitor(await open({ consent, domain: "shop.example" }), "www.shop.example");
      const { ours } = await visitor.get(LANDING);
      assert.match(ours[0], /; Domain=shop\.example;/);
      visitor.cookies.consent = "no";
      const deleted = await visitor.get("/");
      assert.equal(JSON.parse(deleted.body).params, null);
      assert.deepEqual(deleted.ours, [
        `${COOKIE_NAME}=; Max-Age=0; Path=/; Secure; HttpOnly; SameSite=Lax`,
        `${COOKIE_NAME}=; Max-Age=0; Domain=shop.example; Path=/; Secure; HttpOnly; SameSite=Lax`,
      ]);
      assert.equal(await visitor.known(LANDING), null);
      // Nor does the session hold it any more.
      delete visitor.cookies.consent;
      assert.equal(await visitor.known(), null);
    });

    it("can do without the cookie", async () => {
      const visitor = new Visitor(await open({ cookie: false }));
      assert.deepEqual((await visitor.get(LANDING)).ours, []);
      assert.equal(await visitor.known(), session === undefined ? null : "trk-a");
    });

    if (session !== undefined) {
      it("can do without the session", async () => {
        const visitor = new Visitor(await open({ session: false }));
        await visitor.get(LANDING);
        assert.deepEqual(Object.keys(visitor.cookies), [COOKIE_NAME]);
      });
    }

    it("tells of each visit, and of no other request", async () => {
      const counts = [];
      const visitor = new Visitor(await open({ onVisit: ({ count }) => counts.push(count) }));
      for (const path of ["/", LANDING, LANDING, "/", "/?cnct_tracking_id=t"]) {
        await visitor.get(path);
      }
      assert.deepEqual(counts, ["captured", "kept", "partial"]);
      await told();
    });

    for (const [what, broken] of [
      ["throws", () => assert.fail("of the shop")],
      ["rejects", async () => assert.fail("of the shop")],
    ]) {
      it(`breaks no page where a rule of the shop ${what}`, async () => {
        const visitor = new Visitor(await open({ consent: broken }));
        const { status, ours } = await visitor.get(`/cached?${query(VISIT)}`);
        assert.deepEqual([status, ours], [200, []]);
        assert.deepEqual(await told(), ["a visit could not be kept: of the shop"]);
      });
    }

    it("breaks no page where a counter fails", async () => {
      const visitor = new Visitor(await open({ onVisit: () => assert.fail("of the shop") }));
      assert.equal(await visitor.known(LANDING), "trk-a");
      assert.deepEqual(await told(), ["onVisit failed: of the shop"]);
    });

    it("refuses an option that is none", async () => {
      for (const options of [{ touche: "first" }, { cookie: "no" }, { consent: true }, { maxAge: 0 }]) {
        const [option] = Object.keys(options);
        await assert.rejects(async () => await start(options), new RegExp(`${option}: `));
      }
    });
  });
}

describe("Express's responses", () => {
  let server;
  let visitor;
  before(async () => {
    server = SHOPS["Express 5"].start().listen(0, "127.0.0.1");
    await once(server, "listening");
    visitor = new Visitor(server.address());
  });
  after(() => {
    server.closeAllConnections();
    server.close();
  });

  for (const page of ["raw", "pairs", "stream", "elsewhere", "broken", "mounted"]) {
    it(`are marked, also /${page}`, async () => {
      visitor.cookies = {};
      const { cache, ours, set, status } = await visitor.get(`/${page}?${query(VISIT)}`);
      assert.deepEqual([cache, ours.length], [NO_STORE, 1]);
      assert.equal(status, { elsewhere: 302, broken: 500 }[page] ?? 200);
      assert.equal(set.filter((text) => /^(basket|shelf)=/.test(text)).length, page === "raw" ? 2 : 0);
    });
  }
});
