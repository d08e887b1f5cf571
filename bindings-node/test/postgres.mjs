// A PostgreSQL server in a folder of its own, reached by a socket in it.

import { execFile, execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { chmodSync, existsSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";

const call = promisify(execFile);
const USER = "shop";
const FOLDERS = "/usr/lib/postgresql";

/** Ends the server when nobody holds its input any longer: also where the tests were killed. */
const UNTIL_LEFT = 'cat >/dev/null; "$1" -D "$2/data" -m immediate stop >/dev/null; rm -rf "$2"/*';

/** Debian keeps PostgreSQL's programs off the PATH. */
function program(name) {
  const versions = existsSync(FOLDERS) ? readdirSync(FOLDERS).sort((a, b) => Number(b) - Number(a)) : [];
  const found = versions.map((version) => join(FOLDERS, version, "bin", name)).find(existsSync);
  return found ?? name;
}

/** PostgreSQL refuses root. */
function serversUser() {
  const id = (flag) => Number(execFileSync("id", [flag, "nobody"], { encoding: "utf8" }));
  return process.getuid() === 0 ? { uid: id("-u"), gid: id("-g") } : {};
}

/** Starts a server; gives how drivers reach its database, and its end. */
export async function startPostgres() {
  // Short: the path of a socket has 107 bytes at most.
  const folder = mkdtempSync(join(tmpdir(), "connectly-"));
  chmodSync(folder, 0o777);
  const options = { ...serversUser(), cwd: "/", env: { PATH: "/usr/bin:/bin", LC_ALL: "C.UTF-8" } };
  const data = join(folder, "data");
  await call(program("initdb"), ["-D", data, "-U", USER, "-A", "trust", "-E", "UTF8", "--no-sync"], options);
  const settings = `-k ${folder} -c listen_addresses='' -c fsync=off`;
  const control = program("pg_ctl");
  await call(control, ["-D", data, "-w", "-t", "120", "-l", join(folder, "log"), "-o", settings, "start"], {
    ...options,
    stdio: "ignore",
  });
  const guard = spawn("/bin/sh", ["-c", UNTIL_LEFT, "sh", control, folder], {
    ...options,
    stdio: ["pipe", "ignore", "inherit"],
  });
  return {
    connection: { host: folder, user: USER, database: "postgres" },
    url: `postgresql://${USER}@${encodeURIComponent(folder)}/postgres`,
    async [Symbol.asyncDispose]() {
      guard.stdin.end();
      await once(guard, "close");
      rmSync(folder, { recursive: true });
    },
  };
}
