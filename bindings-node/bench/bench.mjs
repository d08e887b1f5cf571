// What a conversion costs, beside what shops use otherwise: one run, one loopback server in a process
// of its own. Each event is another order of another visitor. A client is warmed up until its figures
// stop falling, then 15,000 events are counted, in rounds in which the clients take turns, since other
// work on the machine would else fall on one of them. Three things are told apart: the CPU time of
// the main thread, which is what a shop's server runs out of; that of all threads; and the rate. They
// are medians of the rounds; only the ratios of one run travel between machines.
//
// ONLY=send,undici measures the senders whose names have one of these words.

import { execFileSync, fork } from "node:child_process";
import { once } from "node:events";
import http from "node:http";
import { monitorEventLoopDelay } from "node:perf_hooks";
import axios from "axios";
import { Client, ConversionEvent, TrackingParams } from "connectly-conversions";
import bizSdk from "facebook-nodejs-business-sdk";
import { Pool } from "undici";
import { z } from "zod";
import { median, ofMainThread, rounded } from "./measure.mjs";

/** At least so many events before any is counted: the compiler takes that long. */
const WARM_UP = 5_000;
const MOST_WARM_UP = 30_000;
const ROUNDS = Number(process.env.ROUNDS ?? 15);
const EVENTS = Number(process.env.EVENTS ?? 1_000);
const ONLY = (process.env.ONLY ?? "").split(",");
const MANY = 10_000;

const child = fork(new URL("./server.mjs", import.meta.url), { stdio: "inherit" });
const [port] = await once(child, "message");
const base = `http://127.0.0.1:${port}`;
const businessId = "0192d3a4-7b7c-7def-8123-456789abcdef";
const path = `/external/v1/businesses/${businessId}/conversion_events`;
const headers = { "content-type": "application/json", "x-api-key": "key" };

let number = 0;
const trackingOf = (n) =>
  TrackingParams.of({ cnctTrackingId: `t${n}`, sendoutId: "s1", ctwaClid: `c${n}`, adId: `2385123${n}` });
const input = () => {
  const n = number++;
  return {
    tracking: trackingOf(n),
    orderId: `ORD-${n}`,
    currency: "USD",
    value: 99.97,
    items: [
      { id: "data-pass-30d", quantity: 1, itemPrice: 49.99 },
      { id: "phone-case-blk", quantity: 1, itemPrice: 49.98 },
    ],
    eventTime: 1_746_480_000,
  };
};
const order = () => {
  const n = number++;
  return {
    cnct_tracking_id: `t${n}`,
    event_name: "Purchase",
    sendout_id: "s1",
    attribution: { meta_ctwa: { ctwa_clid: `c${n}`, ad_id: `2385123${n}` } },
    payload: {
      currency: "USD",
      value: 99.97,
      order_id: `ORD-${n}`,
      content_type: "product",
      content_ids: ["data-pass-30d", "phone-case-blk"],
      num_items: 2,
      contents: [
        { id: "data-pass-30d", quantity: 1, item_price: 49.99 },
        { id: "phone-case-blk", quantity: 1, item_price: 49.98 },
      ],
      event_time: 1_746_480_000,
    },
  };
};
const schema = z.strictObject({
  cnct_tracking_id: z.string().min(1).max(1024),
  event_name: z.enum(["Purchase", "ViewContent"]),
  sendout_id: z.string().min(1).max(1024),
  attribution: z.strictObject({
    meta_ctwa: z.strictObject({ ctwa_clid: z.string().min(1).max(1024), ad_id: z.string().min(1).max(1024) }),
  }),
  payload: z.strictObject({
    currency: z.string().regex(/^[A-Z]{3}$/),
    value: z.number().nonnegative(),
    order_id: z.string().max(256).optional(),
    content_type: z.string().optional(),
    content_ids: z.array(z.string()).optional(),
    num_items: z.int().positive().optional(),
    contents: z
      .array(
        z.strictObject({ id: z.string(), quantity: z.int().positive(), item_price: z.number().optional() }),
      )
      .optional(),
    event_time: z.int().optional(),
  }),
});

/** Runs `count` calls of `run`, so many at a time. */
async function times(run, concurrency, count) {
  let left = count;
  const worker = async () => {
    while (left-- > 0) {
      await run();
    }
  };
  await Promise.all(Array.from({ length: concurrency }, worker));
}

/** What `work` costs: CPU µs and calls a second, by each of its `count` calls. */
async function cost(work, count) {
  const before = { all: process.cpuUsage(), main: ofMainThread(), at: performance.now() };
  await work();
  const { user, system } = process.cpuUsage(before.all);
  return {
    main: (ofMainThread() - before.main) / count,
    all: (user + system) / count,
    rate: (count / (performance.now() - before.at)) * 1e3,
  };
}

/** Runs it until it gets no cheaper; a fifth is noise. */
async function warmUp(work, count) {
  let best = Number.POSITIVE_INFINITY;
  for (let done = 0; done < MOST_WARM_UP; done += count) {
    const { all } = await cost(work, count);
    if (done + count >= WARM_UP && all > best * 0.8) {
      return;
    }
    best = Math.min(best, all);
  }
}

/** The contenders take turns. Gives the rows of a table, those first in which we cost more. */
async function compare(contenders, count, theirs) {
  for (const work of Object.values(contenders)) {
    await warmUp(work, count);
  }
  const rounds = [];
  for (let round = 0; round < ROUNDS; round++) {
    const spent = {};
    for (const [name, work] of Object.entries(contenders)) {
      spent[name] = await cost(work, count);
    }
    rounds.push(spent);
  }
  const rows = Object.keys(contenders).map((name) => {
    const of = (what) => median(rounds.map((spent) => spent[name][what]));
    const to = (what) => median(rounds.map((spent) => spent[name][what] / spent[theirs][what]));
    const row = {
      name,
      "main µs": rounded(of("main"), 1),
      "all µs": rounded(of("all"), 1),
      "a second": rounded(of("rate"), 0),
      [`main to ${theirs}`]: rounded(to("main"), 2),
      "all to": rounded(to("all"), 2),
      "rate to": rounded(to("rate"), 2),
    };
    return { row, loses: name.startsWith("connectly") ? Math.max(to("main"), to("all"), 1 / to("rate")) : 0 };
  });
  return rows.sort((a, b) => b.loses - a.loses).map(({ row }) => row);
}

const pool = new Pool(base, { connections: 16, pipelining: 1 });
const agent = new http.Agent({ keepAlive: true, maxSockets: 16 });
const sender = axios.create({ baseURL: base, httpAgent: agent, headers });
const client = new Client({ apiKey: "key", businessId, baseUrl: base });
const { CustomData, Content, EventRequest, FacebookAdsApi, ServerEvent, UserData } = bizSdk;

const senders = {
  "connectly send": () => client.send(ConversionEvent.purchase(input())),
  "undici Pool": async () => {
    const { body, statusCode } = await pool.request({
      method: "POST",
      path,
      headers,
      body: JSON.stringify(order()),
    });
    const answer = await body.json();
    if (statusCode !== 200 || answer.events_received < 1) throw new Error("not received");
  },
  "node:http": () =>
    new Promise((resolve, reject) => {
      const body = JSON.stringify(order());
      const length = { "content-length": Buffer.byteLength(body) };
      const options = {
        host: "127.0.0.1",
        port,
        path,
        method: "POST",
        agent,
        headers: { ...headers, ...length },
      };
      const request = http.request(options, (response) => {
        let text = "";
        response.setEncoding("utf8");
        response.on("data", (chunk) => {
          text += chunk;
        });
        response.on("end", () => resolve(JSON.parse(text)));
      });
      request.on("error", reject);
      request.end(body);
    }),
  fetch: async () => {
    const response = await fetch(base + path, { method: "POST", headers, body: JSON.stringify(order()) });
    await response.json();
  },
  axios: () => sender.post(path, order()),
};

// Meta's SDK speaks to Meta's host only; its requests are turned to the loopback server below it.
FacebookAdsApi.init("token");
const graph = Object.getOwnPropertyDescriptor(FacebookAdsApi, "GRAPH");
if (graph) {
  Object.defineProperty(FacebookAdsApi, "GRAPH", { get: () => base });
  senders["Meta's SDK"] = () => {
    const content = (id, price) => new Content().setId(id).setQuantity(1).setItemPrice(price);
    const data = new CustomData()
      .setCurrency("USD")
      .setValue(99.97)
      .setOrderId("ORD-7821")
      .setContents([content("data-pass-30d", 49.99), content("phone-case-blk", 49.98)]);
    const event = new ServerEvent()
      .setEventName("Purchase")
      .setEventTime(1_746_480_000)
      .setUserData(new UserData().setFbc("fb.1.1746480000.c1"))
      .setCustomData(data);
    return new EventRequest("token", "1").setEvents([event]).execute();
  };
}

const isWanted = (name) => ONLY.some((word) => name.includes(word));
for (const concurrency of [1, 16]) {
  const contenders = {};
  for (const [name, run] of Object.entries(senders).filter(([name]) => isWanted(name))) {
    try {
      await run();
      contenders[name] = () => times(run, concurrency, EVENTS);
    } catch (error) {
      console.log(`${name} could not be measured: ${error.message}`);
    }
  }
  if (isWanted("connectly sendMany")) {
    function* events() {
      for (let n = 0; n < EVENTS; n++) {
        yield ConversionEvent.purchase(input());
      }
    }
    contenders["connectly sendMany"] = () => client.sendMany(events(), { concurrency });
  }
  console.log(`${concurrency} at a time`);
  console.table(await compare(contenders, EVENTS, "undici Pool"));
}

const results = {};
for (const concurrency of [1, 16]) {
  const delays = [];
  for (let round = 0; round < 3; round++) {
    const events = Array.from({ length: MANY }, () => ConversionEvent.purchase(input()));
    const delay = monitorEventLoopDelay({ resolution: 1 });
    delay.enable();
    await client.sendMany(events, { concurrency });
    delay.disable();
    delays.push(delay.percentile(99) / 1e6);
  }
  results[`a 1 ms timer beside ${MANY} events, ${concurrency} at a time`] = {
    "p99 ms": rounded(median(delays), 1),
  };
}

const BUILDS = 20_000;
const cookie = trackingOf(1).toCookie();
const tracking = trackingOf(1);
const building = Object.entries({
  "connectly TrackingParams.of": () => trackingOf(number++),
  "connectly TrackingParams.fromCookie": () => TrackingParams.fromCookie(cookie),
  "connectly purchase": () => ConversionEvent.purchase({ ...input(), tracking }),
  "connectly TrackingParams.of and purchase": () => ConversionEvent.purchase(input()),
  "zod parse": () => schema.parse(order()),
  "zod parse and JSON.stringify": () => JSON.stringify(schema.parse(order())),
}).map(([name, run]) => [
  name,
  async () => {
    for (let n = 0; n < BUILDS; n++) {
      run();
    }
  },
]);
console.log("building");
console.table(await compare(Object.fromEntries(building), BUILDS, "zod parse"));

const requires = {};
for (const name of ["connectly-conversions", "undici"]) {
  const script = `const b = performance.now(); require("${name}"); process.stdout.write(String(performance.now() - b))`;
  const taken = Array.from({ length: 9 }, () =>
    Number(execFileSync(process.execPath, ["-e", script], { cwd: new URL(".", import.meta.url) })),
  );
  requires[name] = median(taken);
  results[`require ${name}`] = { "median ms": rounded(requires[name], 1) };
}
console.table(results);

await client.close();
await pool.close();
child.kill();
process.exit(0);
