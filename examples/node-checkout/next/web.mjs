// npm run web: starts what `next build` has made, which stands alone, and tells where.
//
//   node web.mjs [FOLDER]    the standalone folder, wherever it was moved to

import { spawn } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:net";
import { join } from "node:path";
import { createInterface } from "node:readline";

const folder = process.argv[2] ?? join(import.meta.dirname, ".next", "standalone");

/** Next.js takes no 0. */
async function freePort() {
  const probe = createServer().listen(0, "127.0.0.1");
  await once(probe, "listening");
  const { port } = probe.address();
  probe.close();
  await once(probe, "close");
  return port;
}

const port = Number(process.env.PORT ?? 0) || (await freePort());
const env = { ...process.env, NODE_ENV: "production", HOSTNAME: "127.0.0.1", PORT: String(port) };
const server = spawn(process.execPath, [join(folder, "next", "server.js")], {
  env,
  stdio: ["ignore", "pipe", "inherit"],
});
for (const signal of ["SIGINT", "SIGTERM"]) {
  process.once(signal, () => server.kill("SIGTERM"));
}
server.once("exit", (code) => {
  // 128 and the signal's number is how Next.js says that it ended as it was asked to.
  process.exitCode = code === 143 ? 0 : (code ?? 1);
});
for await (const line of createInterface(server.stdout)) {
  if (line.includes("Ready")) {
    console.log(`The shop: http://127.0.0.1:${port}/`);
  }
}
