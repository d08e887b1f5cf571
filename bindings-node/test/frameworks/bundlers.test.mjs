// What packs a shop's files: tracers take the addon with them, bundlers leave it out and are told so.

import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join, relative } from "node:path";
import { after, before, describe, it } from "node:test";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

const call = promisify(execFile);
const root = fileURLToPath(new URL("../..", import.meta.url));
const tools = createRequire(new URL("bundlers/package.json", import.meta.url));
const env = { ...process.env, NODE_TEST_CONTEXT: "", NODE_PATH: "" };

/** Each bundles `entry` into `file`, as a shop does that names no externals. */
const BUNDLERS = {
  "esbuild, CommonJS": async (entry, file) => {
    await tools("esbuild").build({ entryPoints: [entry], outfile: file, bundle: true, platform: "node" });
  },
  "esbuild, ESM": async (entry, file) => {
    const options = { bundle: true, platform: "node", format: "esm", outExtension: {} };
    await tools("esbuild").build({ entryPoints: [entry], outfile: `${file}.mjs`, ...options });
    return `${file}.mjs`;
  },
  webpack: async (entry, file) => {
    const output = { path: dirname(file), filename: relative(dirname(file), file) };
    const compiler = tools("webpack")({ entry, output, target: "node", mode: "production" });
    const stats = await promisify(compiler.run.bind(compiler))();
    assert(!stats.hasErrors(), stats.toString());
  },
  Rollup: async (entry, file) => {
    const { default: commonjs } = await import(tools.resolve("@rollup/plugin-commonjs"));
    const { nodeResolve } = await import(tools.resolve("@rollup/plugin-node-resolve"));
    const plugins = [nodeResolve(), commonjs()];
    const bundle = await tools("rollup").rollup({ input: entry, plugins, logLevel: "silent" });
    await bundle.write({ file, format: "cjs" });
  },
  "Vite with noExternal": async (entry, file) => {
    const vite = await import(join(dirname(tools.resolve("vite/package.json")), "dist/node/index.js"));
    const build = {
      ssr: entry,
      outDir: dirname(file),
      rollupOptions: { output: { entryFileNames: "[name].mjs" } },
    };
    await vite.build({ root: dirname(entry), logLevel: "silent", ssr: { noExternal: true }, build });
    return join(dirname(file), "shop.mjs");
  },
};

describe("a shop that is packed", () => {
  let folder;
  let shop;

  before(async () => {
    folder = mkdtempSync(join(tmpdir(), "connectly-"));
    const tarballs = join(folder, "tarballs");
    await call(process.execPath, [join(root, "scripts", "pack.mjs"), tarballs], { env });
    shop = join(folder, "shop");
    mkdirSync(shop);
    // Nothing may take the shop's version for the package's.
    writeFileSync(join(shop, "package.json"), '{"name":"shop","version":"9.9.9","private":true}');
    const files = readdirSync(tarballs).map((file) => join(tarballs, file));
    const install = ["install", "--offline", "--no-audit", "--no-fund", "--loglevel=error"];
    await call("npm", [...install, ...files], { cwd: shop, env, shell: process.platform === "win32" });
    const source = 'import { Client } from "connectly-conversions";\nconsole.log(typeof Client);\n';
    writeFileSync(join(shop, "shop.mjs"), source);
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  const run = async (file) => (await call(process.execPath, [file], { cwd: dirname(file), env })).stdout;

  for (const [name, bundle] of Object.entries(BUNDLERS)) {
    it(`by ${name} says what to mark as external`, async () => {
      const out = mkdtempSync(join(folder, "out-"));
      writeFileSync(join(out, "package.json"), '{"name":"shop","version":"9.9.9"}');
      const file = join(out, "shop.cjs");
      const written = (await bundle(join(shop, "shop.mjs"), file)) ?? file;
      const failure = await run(written).catch((error) => error);
      assert.match(failure.stderr ?? failure, /mark connectly-conversions as external/);
    });
  }

  it("by esbuild runs where it is marked, and installed beside the bundle", async () => {
    const out = mkdtempSync(join(folder, "out-"));
    const outfile = join(out, "shop.cjs");
    const options = { bundle: true, platform: "node", external: ["connectly-conversions"] };
    await tools("esbuild").build({ entryPoints: [join(shop, "shop.mjs")], outfile, ...options });
    cpSync(join(shop, "node_modules"), join(out, "node_modules"), { recursive: true });
    assert.equal(await run(outfile), "function\n");
  });

  it("by what traces its files has the addon among them, and runs elsewhere", async () => {
    const entry = join(shop, "shop.mjs");
    const { fileList } = await tools("@vercel/nft").nodeFileTrace([entry], { base: shop });
    const out = mkdtempSync(join(folder, "out-"));
    for (const file of fileList) {
      cpSync(join(shop, file), join(out, file));
    }
    assert([...fileList].some((file) => file.endsWith("connectly.node")));
    assert.equal(await run(join(out, "shop.mjs")), "function\n");
  });

  it("without the addon's own package finds the file alone", async () => {
    // So does Turbopack, in Next.js.
    const out = mkdtempSync(join(folder, "out-"));
    cpSync(shop, out, { recursive: true });
    const modules = join(out, "node_modules");
    const [addon] = readdirSync(modules).filter((name) => /^connectly-conversions-/.test(name));
    rmSync(join(modules, addon, "package.json"));
    assert.equal(await run(join(out, "shop.mjs")), "function\n");
  });

  it("tells how Node.js is allowed to load it", async () => {
    const node = async (...flags) => {
      const { stderr } = await call(process.execPath, [...flags, join(shop, "shop.mjs")], { env }).catch(
        (e) => e,
      );
      return stderr;
    };
    const permission = process.allowedNodeEnvironmentFlags.has("--permission")
      ? "--permission"
      : "--experimental-permission";
    for (const flags of [["--no-addons"], [permission, "--allow-fs-read=*"]]) {
      const stderr = await node(...flags);
      assert.match(stderr, /--allow-addons; leave --no-addons out/, flags.join(" "));
      assert.doesNotMatch(stderr, /npm install/);
    }
  });

  it("knows its version without reading a file", () => {
    const { version } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
    assert.equal(createRequire(import.meta.url)("../../dist/version.js").VERSION, version);
  });
});
