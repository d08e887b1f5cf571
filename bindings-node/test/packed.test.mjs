// The done-check: a fresh folder with nothing but the tarballs installed, offline.

import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { follow, STEPS } from "./first-hour.mjs";

const call = promisify(execFile);
const root = fileURLToPath(new URL("..", import.meta.url));
const shell = process.platform === "win32";
const env = { ...process.env, NODE_TEST_CONTEXT: "", NODE_PATH: "", npm_config_loglevel: "error" };

const SHOP = `
async function shop() {
  const sandbox = await Sandbox.start();
  const client = new Client(sandbox.clientOptions);
  const tracking = TrackingParams.fromUrl("/?cnct_tracking_id=t1&sendout_id=s1&ctwa_clid=c1&ad_id=23851234567890123");
  if (tracking === null) throw new Error("not a Connectly visit");
  const event = ConversionEvent.purchase({
    tracking, orderId: "ORD-7821", currency: "USD", value: "99.97",
    items: [{ id: "data-pass-30d", quantity: 1, itemPrice: "49.99" }, { id: "phone-case-blk", quantity: 1, itemPrice: 49.98 }],
  });
  const receipt = await client.send(event);
  assertReported(sandbox, { order_id: "ORD-7821", value: "99.97" });
  console.log("received", receipt.eventsReceived);
  await client.close();
}
shop();
`;
const NAMES = "{ Client, ConversionEvent, TrackingParams }";
const TESTING = "{ assertReported, Sandbox }";

describe("the tarballs", () => {
  let folder;
  let tarballs;
  const node = async (...args) => (await call(process.execPath, args, { cwd: folder, env })).stdout;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "connectly-"));
    const out = join(folder, "tarballs");
    await call(process.execPath, [join(root, "scripts", "pack.mjs"), out], { env });
    tarballs = (await readdir(out)).map((file) => join(out, file));
    await writeFile(join(folder, "package.json"), '{"private":true}');
    await call("npm", ["install", "--offline", "--no-audit", "--no-fund", ...tarballs], {
      cwd: folder,
      env,
      shell,
    });
  });
  after(() => rm(folder, { recursive: true, force: true }));

  it("bring nothing else", async () => {
    const installed = (await readdir(join(folder, "node_modules"))).filter((name) => !name.startsWith("."));
    assert.equal(installed.length, 2);
    assert(installed.every((name) => name.startsWith("connectly-conversions")));
  });

  it("carry the licences", async () => {
    const modules = join(folder, "node_modules");
    const names = (await readdir(modules)).filter((name) => !name.startsWith("."));
    for (const name of names) {
      const files = await readdir(join(modules, name));
      assert(files.includes("LICENSE-MIT") && files.includes("LICENSE-APACHE"), name);
    }
  });

  it("serve an ESM script", async () => {
    const imports = `import ${NAMES} from "connectly-conversions";\nimport ${TESTING} from "connectly-conversions/testing";\n`;
    await writeFile(join(folder, "shop.mjs"), imports + SHOP);
    assert.equal(await node("shop.mjs"), "received 1\n");
  });

  it("serve a CommonJS script", async () => {
    const imports = `const ${NAMES} = require("connectly-conversions");\nconst ${TESTING} = require("connectly-conversions/testing");\n`;
    await writeFile(join(folder, "shop.cjs"), imports + SHOP);
    assert.equal(await node("shop.cjs"), "received 1\n");
  });

  it("serve a TypeScript script, strictly typed", async () => {
    const imports = `import ${NAMES} from "connectly-conversions";\nimport ${TESTING} from "connectly-conversions/testing";\n`;
    await writeFile(join(folder, "shop.mts"), imports + SHOP);
    const tsc = join(root, "node_modules", "typescript", "bin", "tsc");
    const types = join(root, "node_modules", "@types");
    const flags = [
      "--strict",
      "--module",
      "nodenext",
      "--target",
      "es2022",
      "--types",
      "node",
      "--typeRoots",
      types,
    ];
    await node(tsc, ...flags, "--outDir", "built", "shop.mts");
    assert.equal(await node(join("built", "shop.mjs")), "received 1\n");
  });

  it("serve a shop that has none of the frameworks that they adapt to", async () => {
    const names = ["express", "fastify", "web"];
    const imports = names.map((name) => `import * as ${name} from "connectly-conversions/${name}";\n`);
    const program = `${imports.join("")}console.log(typeof express.connectly, typeof fastify.connectly, typeof web.connectly);\n`;
    await writeFile(join(folder, "none.mts"), program);
    const tsc = join(root, "node_modules", "typescript", "bin", "tsc");
    const types = join(root, "node_modules", "@types");
    // Every declaration is checked, also the package's own.
    const flags = ["--strict", "--module", "nodenext", "--target", "es2022", "--types", "node"];
    await node(tsc, ...flags, "--typeRoots", types, "--outDir", "built", "none.mts").catch(({ stdout }) =>
      assert.fail(stdout),
    );
    const told = "function function function\n";
    assert.equal(await node(join("built", "none.mjs")), told);
    await writeFile(
      join(folder, "none.cjs"),
      program.replace(/import \* as (\w+) from (".*");/g, "const $1 = require($2);"),
    );
    assert.equal(await node("none.cjs"), told);
  });

  it("bring the capture snippet, as a file and as an import", async () => {
    const read = "require('fs').readFileSync(require.resolve('connectly-conversions/snippet'), 'utf8')";
    assert.match(await node("-p", read), /^\(\(\)=>\{.*cnct_landing=v1\./);
    // A server that renders a page loads its modules, too.
    assert.equal(await node("--input-type=module", "-e", 'import "connectly-conversions/snippet"'), "");
  });

  it("bring the command", async () => {
    const { stdout } = await call("npx", ["--no-install", "connectly", "--version"], {
      cwd: folder,
      env,
      shell,
    });
    assert.match(stdout, /^connectly \d+\.\d+\.\d+/);
  });

  it("bring a newcomer, by the README alone, to a first report", async () => {
    const { printed, received } = await follow(STEPS, tarballs);
    assert.match(printed, /^1$/m);
    assert.deepEqual(
      received.map(({ order_id, value, times }) => [order_id, value, times]),
      [["ORD-7821", "99.97", 1]],
    );
  });

  it("bring nobody there who leaves out one command of the README", async () => {
    const { length } = STEPS.flatMap(({ commands = [] }) => commands);
    assert.equal(length, 5);
    for (let left = 0; left < length; left += 1) {
      let index = 0;
      const steps = STEPS.map(({ commands, ...step }) => ({
        ...step,
        commands: commands?.filter(() => index++ !== left),
      }));
      const outcome = await follow(steps, tarballs).catch(() => undefined);
      assert.equal(outcome?.received.length ?? 0, 0, `without command ${left + 1}`);
    }
  });

  it("say which package is missing, and how to install it", async () => {
    const [native] = (await readdir(join(folder, "node_modules"))).filter((name) =>
      /conversions-/.test(name),
    );
    await rm(join(folder, "node_modules", native), { recursive: true });
    const failure = await node("shop.cjs").catch((error) => error);
    assert.match(failure.stderr, new RegExp(`The package ${native} is not installed`));
    assert.match(failure.stderr, new RegExp(`npm install ${native}@\\d+\\.\\d+\\.\\d+`));
  });

  before(() =>
    writeFile(join(folder, "web.mjs"), 'import { connectly } from "connectly-conversions/web";\n'),
  );
  for (const condition of ["edge-light", "workerd", "browser"]) {
    it(`say clearly that they need Node where the condition is ${condition}`, async () => {
      // Jest's environment jsdom has the condition browser, and requires.
      for (const shop of ["shop.mjs", "shop.cjs", "web.mjs"]) {
        const failure = await node("--conditions", condition, shop).catch((error) => error);
        assert.match(failure.stderr, /connectly-conversions needs Node\.js/);
      }
    });
  }
});
