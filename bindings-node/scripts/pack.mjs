// Makes the tarballs that npm would get: pack.mjs OUT [main | platform [TARGET [ADDON SBOM]]]
//
// Without more it packs the main package and the one of this machine. The release job packs the
// main package once, and each platform's where its addon was built.

import { execFileSync } from "node:child_process";
import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { here, PLATFORMS } from "./platforms.mjs";

const root = fileURLToPath(new URL("..", import.meta.url));
const source = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
const [out = "dist", what = "all", target = here().target, addon = join(root, "connectly.node"), sbom] =
  process.argv.slice(2);
const destination = resolve(out);
mkdirSync(join(root, "npm"), { recursive: true });
mkdirSync(destination, { recursive: true });

/** Lays a package out in `npm/NAME` and packs it. */
function pack(name, manifest, files) {
  const folder = join(root, "npm", name);
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, "package.json"), `${JSON.stringify(manifest, null, 2)}\n`);
  for (const [from, to] of [
    ...files,
    ["../LICENSE-MIT", "LICENSE-MIT"],
    ["../LICENSE-APACHE", "LICENSE-APACHE"],
    ["../THIRD-PARTY-NOTICES", "THIRD-PARTY-NOTICES"],
  ]) {
    cpSync(resolve(root, from), join(folder, to), { recursive: true });
  }
  const printed = execFileSync(
    "npm",
    ["pack", "--json", "--loglevel=error", "--pack-destination", destination],
    {
      cwd: folder,
      encoding: "utf8",
      shell: process.platform === "win32",
    },
  );
  const described = JSON.parse(printed);
  const [{ filename, size, unpackedSize }] = Array.isArray(described) ? described : Object.values(described);
  process.stdout.write(`${join(out, filename)}: ${size} bytes, ${unpackedSize} installed\n`);
}

const { scripts: _, devDependencies: __, ...manifest } = source;
const { version, license, engines, repository, homepage, bugs } = source;

if (what !== "platform") {
  const names = PLATFORMS.map(({ target }) => [`${source.name}-${target}`, version]);
  // They belong together: an exact version, never a range.
  const optionalDependencies = Object.fromEntries(names);
  const files = [...source.files, "THIRD-PARTY-NOTICES"];
  pack("main", { ...manifest, files, optionalDependencies }, [
    ["dist", "dist"],
    ["README.md", "README.md"],
  ]);
}

if (what !== "main") {
  const platform = PLATFORMS.find((known) => known.target === target);
  const name = `${source.name}-${target}`;
  const description = `The native addon of ${source.name} for ${target}`;
  writeFileSync(
    join(root, "npm", "README.md"),
    `# ${name}\n\n${description}. Install ${source.name} instead.\n`,
  );
  const { os, cpu, libc } = platform;
  pack(
    target,
    {
      name,
      version,
      description,
      license,
      repository,
      homepage,
      bugs,
      engines,
      os: [os],
      cpu: [cpu],
      ...(libc && { libc: [libc] }),
      main: "connectly.node",
      files: ["connectly.node", "LICENSE-*", "THIRD-PARTY-NOTICES", "sbom.cdx.json"],
    },
    [
      [resolve(addon), "connectly.node"],
      // The list of contents of what is published; the tests pack without.
      ...(sbom ? [[resolve(sbom), "sbom.cdx.json"]] : []),
      ["npm/README.md", "README.md"],
    ],
  );
}
