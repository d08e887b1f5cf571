// Every snippet of the README compiles strictly, and runs against a sandbox; those for Express and
// Next.js do in frameworks/.

import assert from "node:assert/strict";
import { execFile, spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { assertReported, Sandbox } from "connectly-conversions/testing";
import { BUSINESS_ID, ending, outboxOf, purchase } from "./support.mjs";

const call = promisify(execFile);
const root = fileURLToPath(new URL("..", import.meta.url));
const readme = readFileSync(join(root, "README.md"), "utf8");
const snippets = [...readme.matchAll(/^## ([^\n]*)$|^```(ts|js)\n(.*?)^```$/gms)];

/** What a snippet of a section takes for granted, and what is done with it. */
const AROUND = {
  "Report a purchase": ["", ""],
  "The outbox": [
    `
    import { Client, ConversionEvent, Outbox, TrackingParams } from "connectly-conversions";
    const client = new Client();
    const event = ConversionEvent.purchase({ tracking: TrackingParams.of({ cnctTrackingId: "t", sendoutId: "s", ctwaClid: "c", adId: "1" }), orderId: "ORD-7821", currency: "USD", value: "99.97" });
    `,
    "",
  ],
  "In a job queue": [
    `
    import { Client, ConversionEvent, TrackingParams } from "connectly-conversions";
    const client = new Client();
    const event = ConversionEvent.purchase({ tracking: TrackingParams.of({ cnctTrackingId: "t", sendoutId: "s", ctwaClid: "c", adId: "1" }), orderId: "JOB-1", currency: "USD", value: 1 });
    `,
    "",
  ],
  Errors: [
    `
    import { Client, ConnectlyError, ConversionEvent, RejectedError, TrackingParams } from "connectly-conversions";
    const client = new Client();
    const event = ConversionEvent.purchase({ tracking: TrackingParams.of({ cnctTrackingId: "t", sendoutId: "s", ctwaClid: "c", adId: "1" }), orderId: "E-1", currency: "USD", value: 1 });
    async function later(_: ConversionEvent, __: number | undefined): Promise<void> {}
    `,
    "",
  ],
  "Many events, and stopping": [
    `
    import { Client, ConversionEvent, TrackingParams } from "connectly-conversions";
    const client = new Client();
    const tracking = TrackingParams.of({ cnctTrackingId: "t", sendoutId: "s", ctwaClid: "c", adId: "1" });
    const events = [1, 2, 3].map((n) => ConversionEvent.purchase({ tracking, orderId: \`M-\${n}\`, currency: "USD", value: n }));
    async function* orders() { yield* events; }
    `,
    "",
  ],
  Tests: [
    `
    import { ConversionEvent, TrackingParams } from "connectly-conversions";
    const event = ConversionEvent.purchase({ tracking: TrackingParams.of({ cnctTrackingId: "t", sendoutId: "s", ctwaClid: "c", adId: "1" }), orderId: "ORD-7821", currency: "USD", value: "99.97" });
    `,
    "",
  ],
};

// A busy machine is no reason to fail.
const OPENED = "const outbox = Outbox.open(process.env.OUTBOX ?? '', { enqueueTimeout: 60_000 });\n";

describe("the README", () => {
  let folder;
  let outboxUrl;
  let sandbox;
  const files = [];
  const environment = () => ({
    ...process.env,
    NODE_TEST_CONTEXT: "",
    CONNECTLY_API_KEY: "key",
    CONNECTLY_BUSINESS_ID: BUSINESS_ID,
    CONNECTLY_BASE_URL: sandbox.url,
    OUTBOX: outboxUrl,
  });
  const run = async (file) => {
    const { stdout, stderr } = await call(process.execPath, [join(folder, "built", file)], {
      env: environment(),
    });
    assert.equal(stderr, "");
    return stdout;
  };

  before(async () => {
    sandbox = await Sandbox.start();
    folder = mkdtempSync(join(tmpdir(), "connectly-"));
    outboxUrl = `sqlite://${folder}/outbox.db`;
    mkdirSync(join(folder, "node_modules"));
    symlinkSync(root, join(folder, "node_modules", "connectly-conversions"), "junction");
    let section = "";
    for (const [, heading, language, code] of snippets) {
      if (heading !== undefined) {
        section = heading;
        continue;
      }
      if (["In a shop", "In your own transaction", "In a function", "Next.js"].includes(section)) {
        continue;
      }
      const name = `${files.length}-${section.toLowerCase().replace(/\W+/g, "-")}`;
      const text = code
        .replaceAll("console.warn", "console.log")
        .replaceAll("console.error", "console.log")
        .replace("sqlite:///var/lib/shop/connectly.db", outboxUrl);
      const [before, after] = AROUND[section];
      const opened = section === "The outbox" && !code.includes("Outbox.open") ? OPENED : "";
      writeFileSync(
        join(folder, `${name}.${language === "ts" ? "mts" : "mjs"}`),
        before + opened + text + after,
      );
      files.push({ section, language, name });
    }
    const compilerOptions = {
      strict: true,
      module: "nodenext",
      target: "es2022",
      types: ["node"],
      typeRoots: [join(root, "node_modules", "@types")],
      rootDir: ".",
      outDir: "built",
      allowJs: true,
    };
    writeFileSync(
      join(folder, "tsconfig.json"),
      JSON.stringify({ compilerOptions, include: ["*.mts", "*.mjs"] }),
    );
    const tsc = join(root, "node_modules", "typescript", "bin", "tsc");
    await call(process.execPath, [tsc, "-p", folder]).catch((error) => assert.fail(error.stdout));
  });
  after(async () => {
    await sandbox.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  const snippetOf = (section, index = 0) =>
    `${files.filter((file) => file.section === section)[index].name}.mjs`;

  it("reports a purchase", async () => {
    assert.equal(await run(snippetOf("Report a purchase")), "1\n");
    assertReported(sandbox, { order_id: "ORD-7821", value: "99.97", currency: "USD" });
  });

  it("keeps an order until it is paid, and delivers it", async (t) => {
    sandbox.reset();
    const printed = await run(snippetOf("The outbox"));
    assert.match(printed, /^pending undefined\n\{\s*held: 0,\s*pending: 1,/);
    const outbox = outboxOf(t, outboxUrl);
    assert.equal((await outbox.status("ORD-7823")).reason, "a test order");
    assert.equal(await run(snippetOf("The outbox", 2)), "1 0\n");
    assertReported(sandbox, { order_id: "ORD-7821", value: "99.97" });
  });

  it("looks at what was refused, and has a process of its own send it again", async (t) => {
    sandbox.reset();
    const outbox = outboxOf(t, outboxUrl);
    sandbox.failNext({ kind: "status", status: 400, body: "no such ad" });
    await outbox.enqueue(purchase({ orderId: "REFUSED" }));
    await outbox.deliver(sandbox.client({ businessId: BUSINESS_ID }));
    const printed = await run(snippetOf("The outbox", 3));
    assert.equal(printed, "REFUSED rejected no such ad\n1 { USD: '99.97' }\n");

    const child = spawn(process.execPath, [join(folder, "built", snippetOf("The outbox", 1))], {
      env: environment(),
    });
    const ended = ending(child);
    await sandbox.waitFor(1);
    child.kill("SIGTERM");
    const { stdout, stderr, code } = await ended;
    assert.deepEqual([stderr, code], ["", 0]);
    assert.match(stdout, /^accepted \d+\n$/);
    assert.equal((await outbox.status("REFUSED")).state, "accepted");
  });

  it("sends from a job queue", async () => {
    assert.equal(await run(snippetOf("In a job queue")), "");
    assertReported(sandbox, { order_id: "JOB-1" });
  });

  it("handles what is refused", async () => {
    sandbox.failNext({ kind: "status", status: 400, body: "no such ad" });
    assert.equal(await run(snippetOf("Errors")), "the API or Meta refused it no such ad\n");
    sandbox.failNext({ kind: "status", status: 429, retry_after: 60 });
    assert.equal(await run(snippetOf("Errors")), "rate_limited 429 1\n");
  });

  it("sends many, and stops", async () => {
    assert.equal(
      await run(snippetOf("Many events, and stopping")),
      "M-1 received\nM-2 received\nM-3 received\n",
    );
    sandbox.reset();
    assert.equal(await run(snippetOf("Many events, and stopping", 1)), "");
    assert.equal(sandbox.received.length, 3);
    assert.equal(await run(snippetOf("Many events, and stopping", 2)), "");
  });

  it("shows a test", async () => {
    assert.equal(await run(snippetOf("Tests")), "");
  });

  it("has no snippet that is not run", () => assert.equal(files.length, 11));
});
