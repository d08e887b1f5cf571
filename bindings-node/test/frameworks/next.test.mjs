// The README's Next.js section in a real Next.js (20.9 is the oldest Node that it runs on): built,
// started, and with the package installed into it from its tarballs.

import assert from "node:assert/strict";
import { execFile, spawn } from "node:child_process";
import { on, once } from "node:events";
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { after, before, describe, it } from "node:test";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { Sandbox } from "connectly-conversions/testing";
import { tracking } from "../support.mjs";

const call = promisify(execFile);
const shop = fileURLToPath(new URL("next", import.meta.url));
const root = fileURLToPath(new URL("../..", import.meta.url));
const next = join(shop, "node_modules", "next", "dist", "bin", "next");
const readme = readFileSync(join(root, "README.md"), "utf8");

// Neither the build nor the shop asks anything of the network.
const env = {
  ...process.env,
  NODE_TEST_CONTEXT: "",
  NODE_ENV: "production",
  NEXT_TELEMETRY_DISABLED: "1",
  NEXT_IGNORE_INCORRECT_LOCKFILE: "1",
};

// There is no key where shops are built.
const { CONNECTLY_API_KEY: _, CONNECTLY_BUSINESS_ID: __, CONNECTLY_BASE_URL: ___, ...environment } = env;

describe("a Next.js shop", () => {
  let folder;
  let sandbox;
  let server;
  let log;
  let url;
  before(async () => {
    folder = mkdtempSync(join(tmpdir(), "connectly-"));
    await call(process.execPath, [join(root, "scripts", "pack.mjs"), folder], { env });
    const tarballs = readdirSync(folder).map((file) => join(folder, file));
    const install = ["install", "--no-save", "--offline", "--ignore-scripts", "--no-audit", "--no-fund"];
    await call("npm", [...install, "--include=dev", ...tarballs], { cwd: shop, env });
    await call(process.execPath, [next, "build"], { cwd: shop, env: environment });
    sandbox = await Sandbox.start();
    const { apiKey, businessId, baseUrl } = sandbox.clientOptions;
    server = spawn(process.execPath, [next, "start", "--hostname", "127.0.0.1", "--port", "0"], {
      cwd: shop,
      env: {
        ...env,
        CONNECTLY_API_KEY: apiKey,
        CONNECTLY_BUSINESS_ID: businessId,
        CONNECTLY_BASE_URL: baseUrl,
      },
      stdio: ["ignore", "pipe", "pipe"],
    });
    // From the start, and to its end: a line that nobody awaits yet is kept.
    log = on(createInterface(server.stderr), "line", { close: ["close"] });
    for await (const line of createInterface(server.stdout)) {
      url ??= /Local:\s+(http:\S+)/.exec(line)?.[1];
      if (line.includes("Ready")) {
        break;
      }
    }
    assert(url, "the shop did not start");
  });

  after(async () => {
    server?.kill();
    if (server?.exitCode === null) {
      await once(server, "exit");
    }
    await sandbox?.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  it("is the README's", () => {
    const section = readme.slice(readme.indexOf("## Next.js"), readme.indexOf("## Tests"));
    const snippets = [...section.matchAll(/^```\w+\n\/\/ (\S+)\n(.*?)^```$/gms)];
    assert.deepEqual(
      snippets.map(([, file]) => file),
      ["next.config.mjs", "landing.ts", "proxy.ts", "app/checkout/route.ts"],
    );
    for (const [, file, code] of snippets) {
      assert.equal(readFileSync(join(shop, file), "utf8"), code);
    }
  });

  it("leaves the addon out of its bundles", () => {
    const bundled = readdirSync(join(shop, ".next", "server"), { recursive: true });
    assert(bundled.length > 0);
    assert.deepEqual(
      bundled.filter((file) => file.endsWith(".node")),
      [],
    );
    assert(existsSync(join(shop, "node_modules", "connectly-conversions", "dist", "index.js")));
  });

  const checkout = async (orderId) => {
    const response = await fetch(`${url}/checkout`, {
      method: "POST",
      headers: { cookie: `cnct_tracking=${tracking.toCookie()}` },
      body: JSON.stringify({ orderId, total: "12.50" }),
    });
    assert.equal(response.status, 200);
    assert.deepEqual(await response.json(), { orderId });
  };

  it("answers a checkout, and reports the purchase after", async () => {
    await checkout("NEXT-1");
    const [conversion] = await sandbox.waitFor(1);
    assert.equal(conversion.order_id, "NEXT-1");
    assert.equal(conversion.value, "12.5");
  });

  it("answers a checkout whose purchase is refused, and logs the refusal", async () => {
    sandbox.failNext({ kind: "status", status: 400, body: "no such ad" });
    await checkout("NEXT-2");
    for await (const [line] of log) {
      if (line.includes("RejectedError: no such ad")) {
        return;
      }
    }
    assert.fail("nothing was logged");
  });

  it("keeps a landing on a page that every cache may have, and lets none have it", async () => {
    const plain = await fetch(`${url}/`);
    assert.deepEqual([plain.status, plain.headers.getSetCookie()], [200, []]);
    assert.match(plain.headers.get("cache-control"), /s-maxage/);
    const landed = await fetch(`${url}/?cnct_tracking_id=t&sendout_id=s&ctwa_clid=c&ad_id=1`);
    const [cookie, ...others] = landed.headers.getSetCookie();
    assert.match(cookie, /^cnct_tracking=v1\.[\w-]+; Max-Age=7776000; Path=\/; HttpOnly; SameSite=Lax$/);
    assert.deepEqual([others, landed.headers.get("cache-control")], [[], "private, no-store"]);
    const again = await fetch(landed.url, { headers: { cookie: cookie.split(";")[0] } });
    assert.deepEqual(again.headers.getSetCookie(), []);
  });

  it("serves a product's page beside the report of its view", async () => {
    sandbox.reset();
    const page = (cookie) => fetch(`${url}/products/data-pass-30d`, { headers: { cookie } });
    // The page is none of this shop's; what matters is that a cookie that anyone can write does no harm.
    assert.equal((await page("cnct_tracking=forged")).status, 404);
    assert.equal((await page(`cnct_tracking=${tracking.toCookie()}`)).status, 404);
    const [conversion] = await sandbox.waitFor(1);
    assert.equal(conversion.event_name, "ViewContent");
    assert.deepEqual(conversion.body.payload.content_ids, ["data-pass-30d"]);
  });
});

describe("a Next.js shop that is built standalone", () => {
  // Below the other one, whose modules it uses.
  const standalone = join(shop, ".standalone");
  let folder;
  let sandbox;
  let server;

  before(async () => {
    folder = mkdtempSync(join(tmpdir(), "connectly-"));
    rmSync(standalone, { recursive: true, force: true });
    mkdirSync(standalone);
    for (const file of ["app", "landing.ts", "proxy.ts", "tsconfig.json"]) {
      cpSync(join(shop, file), join(standalone, file), { recursive: true });
    }
    writeFileSync(join(standalone, "package.json"), '{"private":true}');
    writeFileSync(
      join(standalone, "next.config.mjs"),
      'export default { output: "standalone", serverExternalPackages: ["connectly-conversions"] };\n',
    );
    await call(process.execPath, [next, "build"], { cwd: standalone, env: environment });
    // As an image gets it: moved elsewhere, with nothing else.
    cpSync(join(standalone, ".next", "standalone"), folder, { recursive: true, verbatimSymlinks: true });
    rmSync(standalone, { recursive: true });
  });

  after(async () => {
    server?.kill();
    if (server?.exitCode === null) {
      await once(server, "exit");
    }
    await sandbox?.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  it("brings the addon, and reports a purchase where it was moved to", async () => {
    sandbox = await Sandbox.start();
    const { apiKey, businessId, baseUrl } = sandbox.clientOptions;
    const [script] = readdirSync(folder, { recursive: true }).filter(
      (file) => file.endsWith("server.js") && !file.includes("node_modules"),
    );
    const port = await freePort();
    const settings = {
      CONNECTLY_API_KEY: apiKey,
      CONNECTLY_BUSINESS_ID: businessId,
      CONNECTLY_BASE_URL: baseUrl,
    };
    const env = { ...environment, ...settings, HOSTNAME: "127.0.0.1", PORT: String(port) };
    server = spawn(process.execPath, [join(folder, script)], { env, stdio: ["ignore", "pipe", "inherit"] });
    for await (const line of createInterface(server.stdout)) {
      if (line.includes("Ready")) {
        break;
      }
    }
    const landed = await fetch(
      `http://127.0.0.1:${port}/?cnct_tracking_id=t&sendout_id=s&ctwa_clid=c&ad_id=1`,
    );
    const [cookie] = landed.headers.getSetCookie();
    const response = await fetch(`http://127.0.0.1:${port}/checkout`, {
      method: "POST",
      headers: { cookie: cookie.split(";")[0] },
      body: JSON.stringify({ orderId: "MOVED-1", total: "12.50" }),
    });
    assert.equal(response.status, 200);
    const [conversion] = await sandbox.waitFor(1);
    assert.equal(conversion.order_id, "MOVED-1");
  });
});

/** The shop's server takes no 0. */
async function freePort() {
  const probe = createServer().listen(0, "127.0.0.1");
  await once(probe, "listening");
  const { port } = probe.address();
  await new Promise((resolve) => probe.close(resolve));
  return port;
}
