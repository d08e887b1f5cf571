// The README from its first command to a first report, in an empty folder, as a newcomer follows it.

import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { promisify } from "node:util";

const call = promisify(execFile);
const text = readFileSync(new URL("../README.md", import.meta.url), "utf8");
const [chapters] = text.split("\n## In a shop\n");

/** What is to be done, in the README's order: a file to write, or a terminal's commands. */
export const STEPS = [...chapters.matchAll(/^```(console|ts)\n(.*?)^```$/gms)].map(([, kind, code]) =>
  kind === "ts"
    ? { file: /^\/\/ (\S+)\n/.exec(code)?.[1], code }
    : { commands: code.split("\n").flatMap((line) => (line.startsWith("$ ") ? [line.slice(2)] : [])) },
);

async function freePort() {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address();
  server.close();
  return port;
}

/** Starts what serves until it is ended, and waits until it says where. */
async function serve(command, options) {
  const child = spawn("bash", ["-euc", command], { ...options, detached: true });
  let told = "";
  child.stderr.on("data", (data) => (told += data));
  for await (const line of createInterface({ input: child.stdout })) {
    if (line.includes("CONNECTLY_BASE_URL=")) {
      return child;
    }
  }
  throw new Error(`${command} serves nothing: ${told}`);
}

/** Does the steps with the packed tarballs, and gives what the sandbox received and was printed. */
export async function follow(steps, tarballs) {
  const folder = mkdtempSync(join(tmpdir(), "connectly-first-hour-"));
  const port = String(await freePort());
  const { PATH } = process.env;
  const options = { cwd: folder, env: { PATH, HOME: folder, npm_config_offline: "true" } };
  const serving = [];
  let printed = "";
  try {
    for (const { file, code, commands } of steps) {
      if (code !== undefined) {
        writeFileSync(join(folder, file), code);
        continue;
      }
      const script = commands
        .join("\n")
        .replaceAll("8099", port)
        .replace("npm install connectly-conversions", `npm install ${tarballs.join(" ")}`);
      if (script.includes("connectly sandbox")) {
        serving.push(await serve(script, options));
      } else {
        const { stdout } = await call("bash", ["-euc", script], options);
        printed += stdout;
      }
    }
    const answer = await fetch(`http://127.0.0.1:${port}/sandbox/received`);
    return { printed, received: (await answer.json()).received };
  } finally {
    for (const { pid } of serving) {
      process.kill(-pid); // with what npx started
    }
    rmSync(folder, { recursive: true, force: true });
  }
}
