// Where settings come from that are not given: the environment, as JavaScript has it.

import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, it } from "node:test";
import { promisify } from "node:util";
import { Worker } from "node:worker_threads";
import { Sandbox } from "connectly-conversions/testing";
import { BUSINESS_ID, using } from "./support.mjs";

const call = promisify(execFile);
const folder = new URL(".", import.meta.url);

/** Runs CommonJS in a worker thread with an environment of its own; gives what it posts. */
async function inWorker(source, env) {
  const worker = new Worker(
    `const { parentPort } = require("node:worker_threads"); (async () => {${source}})();`,
    {
      eval: true,
      env,
    },
  );
  try {
    return (await once(worker, "message"))[0];
  } finally {
    await worker.terminate();
  }
}

const PURCHASE = `
  const { Client, ConversionEvent, TrackingParams } = require("connectly-conversions");
  const tracking = TrackingParams.of({ cnctTrackingId: "t", sendoutId: "s", ctwaClid: "c", adId: "1" });
  const purchase = (currency) => ConversionEvent.purchase({ tracking, orderId: "ORD-1", currency, value: 1 });
`;

describe("a worker thread with an environment of its own", () => {
  it("opens outboxes of the business of its environment", async () => {
    const source = `
      const { Outbox } = require("connectly-conversions");
      try {
        parentPort.postMessage(typeof Outbox.open("sqlite:///never/opened.db"));
      } catch ({ code }) {
        parentPort.postMessage(code);
      }
    `;
    assert.equal(await inWorker(source, { CONNECTLY_BUSINESS_ID: BUSINESS_ID }), "object");
    assert.equal(await inWorker(source, { CONNECTLY_BUSINESS_ID: "" }), "missing_business_id");
    assert.equal(await inWorker(source, { CONNECTLY_BUSINESS_ID: "shop" }), "invalid_business_id");
  });

  it("has its clients set up by that", async (t) => {
    const sandbox = using(t, await Sandbox.start());
    const { apiKey, businessId, baseUrl } = sandbox.clientOptions;
    const received = await inWorker(
      `${PURCHASE} parentPort.postMessage((await new Client().send(purchase("USD"))).eventsReceived);`,
      { CONNECTLY_API_KEY: apiKey, CONNECTLY_BUSINESS_ID: businessId, CONNECTLY_BASE_URL: baseUrl },
    );
    assert.equal(received, 1);
    assert.equal(sandbox.received.length, 1);
  });

  it("does not see the process's", async () => {
    // In a process of its own, whose environment has everything.
    const source = `
      const { Worker } = require("node:worker_threads");
      const worker = new Worker(${JSON.stringify(`
        const { parentPort } = require("node:worker_threads");
        ${PURCHASE}
        const codeOf = (run) => { try { return run() && "none"; } catch (error) { return error.issues?.[0]?.code ?? error.code; } };
        parentPort.postMessage([codeOf(() => new Client()), codeOf(() => purchase("QQQ"))]);
      `)}, { eval: true, env: {} });
      worker.on("message", (message) => console.log(message.join()));
    `;
    const env = {
      ...process.env,
      CONNECTLY_API_KEY: "the shell's",
      CONNECTLY_BUSINESS_ID: BUSINESS_ID,
      CONNECTLY_EXTRA_CURRENCIES: "QQQ",
    };
    const { stdout } = await call(process.execPath, ["--eval", source], { cwd: folder, env });
    assert.equal(stdout, "missing_api_key,unknown_currency\n");
  });

  it("has its own extra currencies, where empty is unset", async () => {
    const warnings = await inWorker(
      `${PURCHASE} parentPort.postMessage(purchase("qqq").warnings.map(({ code }) => code));`,
      { CONNECTLY_EXTRA_CURRENCIES: "XQX, QQQ" },
    );
    assert.deepEqual(warnings, ["extra_currency"]);
  });
});

describe("a test runner's environment", () => {
  it("is what counts, though it is not the process's", async () => {
    // As Jest does: \`process\` is an object of its own, and its \`env\` a copy.
    const source = `
      const vm = require("node:vm");
      const { readFileSync } = require("node:fs");
      const { createRequire } = require("node:module");
      const modules = new Map();
      const own = Object.create(process, { env: { value: { CONNECTLY_BUSINESS_ID: "${BUSINESS_ID}" } } });
      function load(file) {
        if (!modules.has(file)) {
          const module = { exports: {} };
          modules.set(file, module);
          const native = createRequire(file);
          const require = (name) => (name.startsWith(".") && name.endsWith(".js") ? load(native.resolve(name)) : native(name));
          const wrapper = "(function (exports, require, module, __filename, __dirname, process) {" + readFileSync(file, "utf8") + "\\n})";
          vm.runInThisContext(wrapper)(module.exports, require, module, file, require("node:path").dirname(file), own);
        }
        return modules.get(file).exports;
      }
      const { Client } = load(require.resolve("connectly-conversions"));
      const codeOf = () => { try { return new Client() && "none"; } catch (error) { return error.code; } };
      const before = codeOf();
      own.env.CONNECTLY_API_KEY = "a-key";
      console.log(before, codeOf());
    `;
    const env = { ...process.env, CONNECTLY_API_KEY: "the shell's", CONNECTLY_BUSINESS_ID: BUSINESS_ID };
    const { stdout } = await call(process.execPath, ["--eval", source], { cwd: folder, env });
    assert.equal(stdout, "missing_api_key none\n");
  });
});

describe("NODE_EXTRA_CA_CERTS", () => {
  const client = `
    const { Client } = require("connectly-conversions");
    new Client({ apiKey: "k", businessId: "${BUSINESS_ID}", ...JSON.parse(process.argv[1] ?? "{}") });
  `;
  const run = async (file, options) => {
    const env = { ...process.env, NODE_EXTRA_CA_CERTS: file };
    return await call(process.execPath, ["--eval", client, ...options], { cwd: folder, env });
  };

  it("is read where no bundle is given, and a bad one is ignored with a warning, as Node does", async (t) => {
    const temporary = mkdtempSync(join(tmpdir(), "connectly-"));
    t.after(() => rmSync(temporary, { recursive: true }));
    const file = join(temporary, "empty.pem");
    writeFileSync(file, "no certificate\n");
    const { stderr } = await run(file, []);
    assert.match(stderr, /NODE_EXTRA_CA_CERTS is ignored: .*empty\.pem/);
    assert.match((await run("", [])).stderr, /^$/);
  });
});
