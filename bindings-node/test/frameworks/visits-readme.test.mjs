// The README's lines for each framework: they compile strictly against its own types, and keep a visit.

import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

const call = promisify(execFile);
const root = fileURLToPath(new URL("../..", import.meta.url));
const readme = readFileSync(join(root, "README.md"), "utf8");

/** The code below a heading. */
function codeOf(heading) {
  const [, code] = /\n```ts\n(.*?)^```$/ms.exec(readme.slice(readme.indexOf(`\n### ${heading}\n`)));
  return code;
}

const LANDING = "/?cnct_tracking_id=t1&sendout_id=s1&ctwa_clid=c1&ad_id=23851";
const SHOP = `
import type { TrackingParams } from "connectly-conversions";
const placeOrder = (_: unknown, tracking: TrackingParams | null) => ({ id: tracking?.cnctTrackingId });
`;

/** What is done with the code, and told. */
const PROGRAMS = {
  fastify: `${SHOP}${codeOf("Fastify")}
    const landed = await app.inject("${LANDING}");
    const cookie = String(landed.headers["set-cookie"]).split(";")[0] ?? "";
    const bought = await app.inject({ method: "POST", url: "/checkout", headers: { cookie } });
    console.log(landed.headers["cache-control"], bought.json().id);
  `,
  hono: `${SHOP}${codeOf("Hono")}
    const landed = await app.request("${LANDING}");
    const cookie = landed.headers.getSetCookie().join().split(";")[0] ?? "";
    const bought = await app.request("/checkout", { method: "POST", headers: { cookie }, body: "{}" });
    console.log(landed.headers.get("cache-control"), bought.headers.get("location")?.split("/").at(-1));
  `,
  express: `
    import { connectly, type ExpressRequest } from "connectly-conversions/express";
    import express from "express";
    const app = express();
    const hasAgreed = async (request: ExpressRequest) => request.headers.dnt !== "1";
    const visits = { inc: ({ count }: { count: string }) => console.log(count) };
    ${codeOf("What `connectly` does")}
    app.get("/", (_, response) => { response.send(); });
    const server = app.listen(0, "127.0.0.1", async () => {
      const url = "http://127.0.0.1:" + (server.address() as { port: number }).port + "${LANDING}";
      await fetch(url, { headers: { dnt: "1" } });
      const { headers } = await fetch(url);
      console.log(headers.getSetCookie()[0]?.includes("Max-Age=2592000"));
      server.close();
    });
  `,
  types: `
    import { connectly, trackingFor } from "connectly-conversions/express";
    import express, { type Request } from "express";
    import type {} from "express-session";
    import fastify, { type FastifyRequest } from "fastify";
    import * as fastified from "connectly-conversions/fastify";
    // What a session's types add to Express's request is there, and its own type may be named.
    express().use(connectly({ consent: (request) => request.session.id.length > 0 }));
    express().use("/shop", connectly({ consent: async ({ query }: Request) => query.consent === "yes" }));
    express().get("/", async (request) => { const params = await trackingFor(request); params?.adId; });
    fastify().register(fastified.connectly);
    fastify().register(fastified.connectly, { consent: ({ routeOptions }: FastifyRequest) => routeOptions.url === "/" });
    // @ts-expect-error there is no such option
    connectly({ touche: "first" });
    // @ts-expect-error nor can this be one
    fastify().register(fastified.connectly, { touch: "middle" });
  `,
};

describe("the README's frameworks", () => {
  let folder;
  before(async () => {
    folder = mkdtempSync(join(tmpdir(), "connectly-"));
    symlinkSync(join(root, "test/frameworks/visits/node_modules"), join(folder, "node_modules"), "junction");
    for (const [name, program] of Object.entries(PROGRAMS)) {
      writeFileSync(join(folder, `${name}.mts`), program);
    }
    const compilerOptions = {
      strict: true,
      module: "nodenext",
      target: "es2022",
      lib: ["es2023"],
      types: ["node"],
      typeRoots: [join(root, "node_modules", "@types")],
      rootDir: ".",
      outDir: "built",
      skipLibCheck: true,
    };
    writeFileSync(join(folder, "tsconfig.json"), JSON.stringify({ compilerOptions, include: ["*.mts"] }));
    const tsc = join(root, "node_modules", "typescript", "bin", "tsc");
    await call(process.execPath, [tsc, "-p", folder]).catch((error) => assert.fail(error.stdout));
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  for (const [name, told] of [
    ["fastify", "private, no-store t1\n"],
    ["hono", "private, no-store t1\n"],
    ["express", "captured\ntrue\n"],
  ]) {
    it(`keep a visit with ${name}`, async () => {
      const { stdout, stderr } = await call(process.execPath, [join(folder, "built", `${name}.mjs`)]);
      assert.deepEqual([stdout, stderr], [told, ""]);
    });
  }
});
