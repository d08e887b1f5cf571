// What a conversion costs, beside what shops use otherwise. One run, one loopback server in a
// process of its own, each client after 3,000 events of warm-up. The numbers are the CPU time of
// this process by event (process.cpuUsage): the median of rounds in which the clients take turns,
// since other work on the machine would else fall on one of them. Only the ratios of one round
// travel between machines.

import { execFileSync, fork } from "node:child_process";
import { once } from "node:events";
import http from "node:http";
import { monitorEventLoopDelay } from "node:perf_hooks";
import axios from "axios";
import { Client, ConversionEvent, TrackingParams } from "connectly-conversions";
import bizSdk from "facebook-nodejs-business-sdk";
import { Pool } from "undici";
import { z } from "zod";

const WARM_UP = 3_000;
const ROUNDS = Number(process.env.ROUNDS ?? 9);
const EVENTS = Number(process.env.EVENTS ?? 1_000);
const MANY = 10_000;

const child = fork(new URL("./server.mjs", import.meta.url), { stdio: "inherit" });
const [port] = await once(child, "message");
const base = `http://127.0.0.1:${port}`;
const businessId = "0192d3a4-7b7c-7def-8123-456789abcdef";
const path = `/external/v1/businesses/${businessId}/conversion_events`;
const headers = { "content-type": "application/json", "x-api-key": "key" };

const tracking = TrackingParams.of({
  cnctTrackingId: "t1",
  sendoutId: "s1",
  ctwaClid: "c1",
  adId: "23851234567890123",
});
const input = () => ({
  tracking,
  orderId: "ORD-7821",
  currency: "USD",
  value: 99.97,
  items: [
    { id: "data-pass-30d", quantity: 1, itemPrice: 49.99 },
    { id: "phone-case-blk", quantity: 1, itemPrice: 49.98 },
  ],
  eventTime: 1_746_480_000,
});
const order = () => ({
  cnct_tracking_id: "t1",
  event_name: "Purchase",
  sendout_id: "s1",
  attribution: { meta_ctwa: { ctwa_clid: "c1", ad_id: "23851234567890123" } },
  payload: {
    currency: "USD",
    value: 99.97,
    order_id: "ORD-7821",
    content_type: "product",
    content_ids: ["data-pass-30d", "phone-case-blk"],
    num_items: 2,
    contents: [
      { id: "data-pass-30d", quantity: 1, item_price: 49.99 },
      { id: "phone-case-blk", quantity: 1, item_price: 49.98 },
    ],
    event_time: 1_746_480_000,
  },
});
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

/** What this process spends on `work`: CPU µs and calls a second, by each of its `count` calls. */
async function cost(work, count) {
  const before = process.cpuUsage();
  const began = performance.now();
  await work();
  const { user, system } = process.cpuUsage(before);
  return { cpu: (user + system) / count, rate: (count / (performance.now() - began)) * 1e3 };
}

const rounded = (value, digits) => Number(value.toFixed(digits));
const median = (values) => values.toSorted((a, b) => a - b)[values.length >> 1];

/**
 * The contenders take turns, `ROUNDS` times; the medians of what they cost, and of each round's
 * ratio to the contender that `base` names.
 */
async function compare(contenders, count, base) {
  const rounds = [];
  for (let round = 0; round < ROUNDS; round++) {
    const spent = {};
    for (const [name, work] of Object.entries(contenders)) {
      spent[name] = await cost(work, count);
    }
    rounds.push(spent);
  }
  for (const name of Object.keys(contenders)) {
    const of = (what) => rounds.map(what);
    results[name] = {
      "CPU µs": rounded(median(of((spent) => spent[name].cpu)), 1),
      "a second": rounded(median(of((spent) => spent[name].rate)), 0),
      [`to ${base}`]: rounded(median(of((spent) => spent[name].cpu / spent[base].cpu)), 2),
    };
  }
  return (ours, theirs) => rounded(median(rounds.map((spent) => spent[ours].cpu / spent[theirs].cpu)), 2);
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

const results = {};
const budgets = {};
for (const concurrency of [1, 16]) {
  const at = (name) => `${name} @${concurrency}`;
  const contenders = {};
  for (const [name, run] of Object.entries(senders)) {
    try {
      await times(run, concurrency, WARM_UP);
      contenders[at(name)] = () => times(run, concurrency, EVENTS);
    } catch (error) {
      console.log(`${name} could not be measured: ${error.message}`);
    }
  }
  // The events are there already, as they are for a shop that catches up.
  const events = Array.from({ length: WARM_UP }, () => ConversionEvent.purchase(input()));
  await client.sendMany(events, { concurrency });
  contenders[at("connectly sendMany")] = () => client.sendMany(events.slice(0, EVENTS), { concurrency });
  const ratio = await compare(contenders, EVENTS, at("undici Pool"));
  const budget = (ours, theirs, most) => {
    if (at(theirs) in contenders) {
      budgets[`${at(ours)} / ${theirs}`] = { measured: ratio(at(ours), at(theirs)), budget: most };
    }
  };
  budget("connectly send", "undici Pool", concurrency === 1 ? 1.2 : 1.1);
  for (const theirs of ["fetch", "axios", "Meta's SDK"]) {
    budget("connectly send", theirs, 0.33);
  }
  budget("connectly sendMany", "undici Pool", 0.8);
}

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
  budgets[`loop delay of ${MANY} events @${concurrency}, p99 ms`] = {
    measured: rounded(median(delays), 1),
    budget: 20,
  };
}

const BUILDS = 20_000;
const building = Object.entries({
  "build and validate": () => ConversionEvent.purchase(input()),
  "zod and JSON.stringify": () => JSON.stringify(schema.parse(order())),
}).map(([name, run]) => [
  name,
  async () => {
    for (let n = 0; n < BUILDS; n++) {
      run();
    }
  },
]);
for (const [, work] of building) {
  await work();
}
const built = await compare(Object.fromEntries(building), BUILDS, "zod and JSON.stringify");
budgets["build / zod"] = { measured: built("build and validate", "zod and JSON.stringify"), budget: 1 };

const requires = {};
for (const name of ["connectly-conversions", "undici"]) {
  const script = `const b = performance.now(); require("${name}"); process.stdout.write(String(performance.now() - b))`;
  const taken = Array.from({ length: 9 }, () =>
    Number(execFileSync(process.execPath, ["-e", script], { cwd: new URL(".", import.meta.url) })),
  );
  requires[name] = median(taken);
  results[`require ${name}`] = { "median ms": rounded(requires[name], 1) };
}
budgets["require / undici"] = {
  measured: rounded(requires["connectly-conversions"] / requires.undici, 2),
  budget: 0.25,
};

console.table(results);
console.table(budgets);

await client.close();
await pool.close();
child.kill();
process.exit(0);
