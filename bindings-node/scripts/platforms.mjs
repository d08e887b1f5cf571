// The platforms that are published, one package each, named after what `process` says of them.

import { readFileSync } from "node:fs";

const table = new URL("../../tests/platforms/platforms.json", import.meta.url);
export const PLATFORMS = JSON.parse(readFileSync(table, "utf8"));

/** The platform of this machine. */
export function here() {
  const { platform, arch, report } = process;
  const libc = report.getReport().header.glibcVersionRuntime === undefined ? "musl" : "glibc";
  const found = PLATFORMS.find(
    ({ os, cpu, libc: needed }) =>
      os === platform && cpu === arch && (needed === undefined || needed === libc),
  );
  if (found === undefined) {
    throw new Error(`nothing is published for ${platform} ${arch}`);
  }
  return found;
}
