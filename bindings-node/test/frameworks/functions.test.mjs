// The README's functions: each call is a process of its own, which has nothing but a database.

import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { assertReported, Sandbox } from "connectly-conversions/testing";
import { startPostgres } from "../postgres.mjs";
import { BUSINESS_ID, outboxOf, tracking } from "../support.mjs";

const call = promisify(execFile);
const root = fileURLToPath(new URL("../..", import.meta.url));
const readme = readFileSync(join(root, "README.md"), "utf8");
const [, chapter] = /^## In a function$(.*?)^## /ms.exec(readme);
const FILES = [...chapter.matchAll(/^```ts\n\/\/ (\w+)\.ts\n(.*?)^```$/gms)];

/** Runs one call of a file's function, and prints what it answered. */
const RUN = `
const [file, method, options] = process.argv.slice(2);
const functions = await import(\`./built/\${file}.mjs\`);
const response = await functions[method](new Request("https://shop.example/", { method, ...JSON.parse(options) }));
console.log(response.status, await response.text());
process.exit(); // frozen: whatever it has not awaited never is
`;

describe("the README's functions", () => {
  let folder;
  let server;
  let sandbox;

  /** What one call answers, from a process that is gone when it has answered. */
  async function answerOf(file, method, options = {}) {
    const env = {
      ...process.env,
      NODE_TEST_CONTEXT: "",
      DATABASE_URL: server.url,
      CRON_SECRET: "of-the-timer",
      CONNECTLY_API_KEY: "key",
      CONNECTLY_BUSINESS_ID: BUSINESS_ID,
      CONNECTLY_BASE_URL: sandbox.url,
    };
    const args = [join(folder, "run.mjs"), file, method, JSON.stringify(options)];
    const { stdout, stderr } = await call(process.execPath, args, { env });
    assert.equal(stderr, "");
    const [, status, text] = /^(\d+) (.*)\n$/.exec(stdout);
    return { status: Number(status), ...(text && JSON.parse(text)) };
  }
  const checkout = (orderId, cookie = `cnct_tracking=${tracking.toCookie()}`) =>
    answerOf("checkout", "POST", { headers: { cookie }, body: JSON.stringify({ orderId, total: "12.50" }) });
  const cron = (secret = "of-the-timer") =>
    answerOf("cron", "GET", { headers: { authorization: `Bearer ${secret}` } });

  before(async () => {
    server = await startPostgres();
    sandbox = await Sandbox.start();
    folder = mkdtempSync(join(tmpdir(), "connectly-"));
    mkdirSync(join(folder, "node_modules"));
    symlinkSync(root, join(folder, "node_modules", "connectly-conversions"), "junction");
    assert.deepEqual(
      FILES.map(([, name]) => name),
      ["checkout", "cron"],
    );
    for (const [, name, code] of FILES) {
      // A busy machine is no reason to fail.
      const patient = code.replace('DATABASE_URL ?? "")', 'DATABASE_URL ?? "", { enqueueTimeout: 60_000 })');
      assert.notEqual(patient, code);
      writeFileSync(join(folder, `${name}.mts`), patient);
    }
    writeFileSync(join(folder, "run.mjs"), RUN);
    const compilerOptions = {
      strict: true,
      module: "nodenext",
      target: "es2022",
      types: ["node"],
      typeRoots: [join(root, "node_modules", "@types")],
      rootDir: ".",
      outDir: "built",
    };
    writeFileSync(join(folder, "tsconfig.json"), JSON.stringify({ compilerOptions, include: ["*.mts"] }));
    const tsc = join(root, "node_modules", "typescript", "bin", "tsc");
    await call(process.execPath, [tsc, "-p", folder]).catch((error) => assert.fail(error.stdout));
  });
  after(async () => {
    await sandbox?.stop();
    await server?.[Symbol.asyncDispose]();
    rmSync(folder, { recursive: true, force: true });
  });

  it("put an order into the database, and deliver it when the timer calls", async () => {
    assert.deepEqual(await checkout("F-1"), { status: 200, orderId: "F-1", result: "queued" });
    assert.deepEqual(await checkout("F-1"), { status: 200, orderId: "F-1", result: "duplicate" });
    assert.equal((await checkout("F-2", "")).result, "not_attributed");
    assert.equal(sandbox.requests.length, 0);
    assert.deepEqual(await cron(), { status: 200, accepted: 1, rejected: 0, dead: 0, retried: 0 });
    assertReported(sandbox, { order_id: "F-1", value: "12.50", currency: "USD" });
    assert.deepEqual(await cron(), { status: 200, accepted: 0, rejected: 0, dead: 0, retried: 0 });
  });

  it("deliver to nobody but the timer", async () => {
    assert.deepEqual(await cron("of-somebody"), { status: 401 });
  });

  it("lose nothing while the API is down", async (t) => {
    await checkout("F-3");
    sandbox.failNext({ kind: "status", status: 503, retry_after: 3600 });
    assert.deepEqual(await cron(), { status: 200, accepted: 0, rejected: 0, dead: 0, retried: 1 });
    const { state, attempts, value } = await outboxOf(t, server.url).status("F-3");
    assert.deepEqual([state, attempts, value], ["pending", 1, "12.5"]);
  });
});
