// What a shop's middleware adds to each request. Two Express servers that differ in one middleware, an
// empty one and `connectly()`, answer the same requests of a browser in turns; a process of its own
// asks. Counted is the CPU time of the main thread, whole request and all.

import { fork } from "node:child_process";
import { once } from "node:events";
import { TrackingParams } from "connectly-conversions";
import { connectly } from "connectly-conversions/express";
import express from "express";
import { median, ofMainThread, rounded } from "./measure.mjs";

const ROUNDS = Number(process.env.ROUNDS ?? 15);
const REQUESTS = Number(process.env.REQUESTS ?? 2_000);

if (process.send !== undefined) {
  const { default: http } = await import("node:http");
  const agent = new http.Agent({ keepAlive: true, maxSockets: 8 });
  const ask = (port, path, headers) =>
    new Promise((resolve, reject) => {
      http
        .get({ agent, port, host: "127.0.0.1", path, headers }, (response) =>
          response.resume().on("end", resolve),
        )
        .on("error", reject);
    });
  process.on("message", async ({ port, path, headers }) => {
    let left = REQUESTS;
    const worker = async () => {
      while (left-- > 0) {
        await ask(port, path, headers);
      }
    };
    await Promise.all(Array.from({ length: 8 }, worker));
    process.send("done");
  });
  process.send("ready");
} else {
  const client = fork(new URL(import.meta.url));
  await once(client, "message");

  async function serve(middleware) {
    const app = express();
    app.use(middleware);
    app.get("/phones", (_, response) => response.send("phones"));
    const server = app.listen(0, "127.0.0.1");
    await once(server, "listening");
    return server.address().port;
  }
  const ports = { empty: await serve((_, __, next) => next()), connectly: await serve(connectly()) };

  /** Main-thread CPU µs of one request. */
  async function cost(port, path, headers) {
    const before = ofMainThread();
    client.send({ port, path, headers });
    await once(client, "message");
    return (ofMainThread() - before) / REQUESTS;
  }

  const browser = {
    accept: "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,*/*;q=0.8",
    "accept-encoding": "gzip, deflate, br, zstd",
    "accept-language": "de-DE,de;q=0.9,en;q=0.8",
    referer: "https://shop.example/",
    "sec-fetch-dest": "document",
    "sec-fetch-mode": "navigate",
    "sec-fetch-site": "same-origin",
    "upgrade-insecure-requests": "1",
    "user-agent":
      "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 Safari/537.36",
  };
  const known = TrackingParams.of({
    cnctTrackingId: "trk-7f9c",
    sendoutId: "so-4815",
    ctwaClid: "ARAkLkA8",
    adId: "120215559412340678",
  });
  const visitors = {
    "without params": {
      path: "/phones?page=2&sort=price",
      headers: { ...browser, cookie: "theme=dark; sid=s%3Aabc.def" },
    },
    "of a known visitor": {
      path: "/phones?page=2",
      headers: { ...browser, cookie: `theme=dark; cnct_tracking=${known.toCookie()}` },
    },
    "that brings params": {
      path: "/phones?cnct_tracking_id=t1&sendout_id=s1&ctwa_clid=c1&ad_id=23851",
      headers: browser,
    },
  };

  const rows = {};
  for (const [name, { path, headers }] of Object.entries(visitors)) {
    for (const port of Object.values(ports)) {
      for (let warm = 0; warm < 3; warm++) {
        await cost(port, path, headers);
      }
    }
    const rounds = [];
    for (let round = 0; round < ROUNDS; round++) {
      const empty = await cost(ports.empty, path, headers);
      rounds.push({ empty, added: (await cost(ports.connectly, path, headers)) - empty });
    }
    rows[`a request ${name}`] = {
      "added µs": rounded(median(rounds.map(({ added }) => added)), 1),
      "empty middleware µs": rounded(median(rounds.map(({ empty }) => empty)), 1),
    };
  }
  console.log("what `connectly()` adds to a request of Express");
  console.table(
    Object.fromEntries(Object.entries(rows).sort(([, a], [, b]) => b["added µs"] - a["added µs"])),
  );
  client.kill();
  process.exit(0);
}
