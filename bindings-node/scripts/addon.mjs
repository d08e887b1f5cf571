// Puts the addon that cargo built for this machine where the loader looks first.

import { execFileSync } from "node:child_process";
import { copyFileSync, renameSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const [profile = "ci"] = process.argv.slice(2);
const metadata = execFileSync("cargo", ["metadata", "--format-version=1", "--no-deps"], { encoding: "utf8" });
const library = {
  darwin: "libconnectly_conversions_node.dylib",
  win32: "connectly_conversions_node.dll",
}[process.platform];
const built = join(
  JSON.parse(metadata).target_directory,
  profile,
  library ?? "libconnectly_conversions_node.so",
);
const addon = fileURLToPath(new URL("../connectly.node", import.meta.url));
// In two steps: a process may have the old one mapped, and writing into that would crash it.
copyFileSync(built, `${addon}.new`);
renameSync(`${addon}.new`, addon);
