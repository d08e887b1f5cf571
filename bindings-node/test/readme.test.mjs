// Every snippet of the README compiles strictly, and runs against a sandbox; those for Next.js do
// in frameworks/next.test.mjs.

import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { assertReported, Sandbox } from "connectly-conversions/testing";
import { BUSINESS_ID } from "./support.mjs";

const call = promisify(execFile);
const root = fileURLToPath(new URL("..", import.meta.url));
const readme = readFileSync(join(root, "README.md"), "utf8");
const snippets = [...readme.matchAll(/^## ([^\n]*)$|^```(ts|js)\n(.*?)^```$/gms)];

/** What a snippet of a section takes for granted, and what is done with it. */
const AROUND = {
  "Report a purchase": ["", ""],
  "In a shop": [
    `
    import { Client, ConversionEvent, COOKIE_NAME, Landing, TrackingParams } from "connectly-conversions";
    interface Order { id: string; currency: string; total: string; paidAt: Date; lines: { sku: string; count: number; price: string }[] }
    interface Req { method: string; originalUrl: string; headers: Record<string, string | string[] | undefined>; body: unknown; cookies: Record<string, string | undefined> }
    interface Res { append(name: string, values: string[]): void; set(name: string, value: string): void; redirect(url: string): void }
    const client = new Client();
    const placeOrder = (_: unknown): Order => ({ id: "SHOP-1", currency: "EUR", total: "20.50", paidAt: new Date(), lines: [{ sku: "a", count: 2, price: "10.25" }] });
    const cookies: Record<string, string> = {};
    const req: Req = { method: "GET", originalUrl: "/?cnct_tracking_id=t&sendout_id=s&ctwa_clid=c&ad_id=1", headers: { host: "shop.example" }, body: {}, cookies };
    const res: Res = {
      append: (_, values) => { for (const value of values) { const [name, rest] = value.split("="); if (name && rest) cookies[name] = rest.split(";")[0] ?? ""; } },
      set: (name, value) => { if (name !== "Cache-Control" || value !== "private, no-store") throw new Error(value); },
      redirect: () => {},
    };
    const app = {
      use: (handler: (req: Req, res: Res, next: () => void) => void) => handler(req, res, () => {}),
      post: (_: string, handler: (req: Req, res: Res) => void) => handler(req, res),
    };
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

describe("the README", () => {
  let folder;
  let sandbox;
  const files = [];
  const run = async (file) => {
    const env = {
      ...process.env,
      NODE_TEST_CONTEXT: "",
      CONNECTLY_API_KEY: "key",
      CONNECTLY_BUSINESS_ID: BUSINESS_ID,
      CONNECTLY_BASE_URL: sandbox.url,
    };
    const { stdout, stderr } = await call(process.execPath, [join(folder, "built", file)], { env });
    assert.equal(stderr, "");
    return stdout;
  };

  before(async () => {
    sandbox = await Sandbox.start();
    folder = mkdtempSync(join(tmpdir(), "connectly-"));
    mkdirSync(join(folder, "node_modules"));
    symlinkSync(root, join(folder, "node_modules", "connectly-conversions"), "junction");
    let section = "";
    for (const [, heading, language, code] of snippets) {
      if (heading !== undefined) {
        section = heading;
        continue;
      }
      if (section === "Next.js") {
        continue;
      }
      const name = `${files.length}-${section.toLowerCase().replace(/\W+/g, "-")}`;
      const text = code.replaceAll("console.warn", "console.log").replaceAll("console.error", "console.log");
      writeFileSync(join(folder, `${name}.${language === "ts" ? "mts" : "mjs"}`), AROUND[section][0] + text);
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

  it("shows a shop", async () => {
    assert.equal(await run(snippetOf("In a shop")), "");
    assertReported(sandbox, { order_id: "SHOP-1", value: "20.5", currency: "EUR" });
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

  it("has no snippet that is not run", () => assert.equal(files.length, 8));
});
