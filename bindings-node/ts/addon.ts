/**
 * Loads the native half. This is the only file that does, and it is CommonJS, so that ESM and
 * CommonJS users of one process share one instance.
 */

import { VERSION } from "./version.js";

/** A package with an addon. */
interface Published {
  readonly name: string;
  readonly load: () => unknown;
  /** Whether the addon lies beside this package, though its own package cannot be found. */
  readonly isBeside: () => boolean;
}

/**
 * What is published for each platform. All names stand here whole, twice: what traces a shop's
 * files finds nothing that is put together. `@vercel/nft` (Vercel, Nitro, webpack in Next.js)
 * understands a `createRequire` of this form, Turbopack a path of this form and takes the file
 * alone; bundlers, which can do nothing with an addon, leave both alone.
 */
function published(): Record<string, readonly Published[]> {
  const { createRequire } = require("node:module") as typeof import("node:module");
  const { existsSync } = require("node:fs") as typeof import("node:fs");
  const { join } = require("node:path") as typeof import("node:path");
  const addon = createRequire(__filename);
  return {
    "linux-x64": [
      // On Linux the C library decides; a package manager that ignores `libc` may install both.
      {
        name: "connectly-conversions-linux-x64-gnu",
        load: () => addon("connectly-conversions-linux-x64-gnu"),
        isBeside: () =>
          existsSync(join(__dirname, "../../connectly-conversions-linux-x64-gnu/connectly.node")),
      },
      {
        name: "connectly-conversions-linux-x64-musl",
        load: () => addon("connectly-conversions-linux-x64-musl"),
        isBeside: () =>
          existsSync(join(__dirname, "../../connectly-conversions-linux-x64-musl/connectly.node")),
      },
    ],
    "linux-arm64": [
      {
        name: "connectly-conversions-linux-arm64-gnu",
        load: () => addon("connectly-conversions-linux-arm64-gnu"),
        isBeside: () =>
          existsSync(join(__dirname, "../../connectly-conversions-linux-arm64-gnu/connectly.node")),
      },
      {
        name: "connectly-conversions-linux-arm64-musl",
        load: () => addon("connectly-conversions-linux-arm64-musl"),
        isBeside: () =>
          existsSync(join(__dirname, "../../connectly-conversions-linux-arm64-musl/connectly.node")),
      },
    ],
    "darwin-x64": [
      {
        name: "connectly-conversions-darwin-x64",
        load: () => addon("connectly-conversions-darwin-x64"),
        isBeside: () => existsSync(join(__dirname, "../../connectly-conversions-darwin-x64/connectly.node")),
      },
    ],
    "darwin-arm64": [
      {
        name: "connectly-conversions-darwin-arm64",
        load: () => addon("connectly-conversions-darwin-arm64"),
        isBeside: () =>
          existsSync(join(__dirname, "../../connectly-conversions-darwin-arm64/connectly.node")),
      },
    ],
    "win32-x64": [
      {
        name: "connectly-conversions-win32-x64-msvc",
        load: () => addon("connectly-conversions-win32-x64-msvc"),
        isBeside: () =>
          existsSync(join(__dirname, "../../connectly-conversions-win32-x64-msvc/connectly.node")),
      },
    ],
    "win32-arm64": [
      {
        name: "connectly-conversions-win32-arm64-msvc",
        load: () => addon("connectly-conversions-win32-arm64-msvc"),
        isBeside: () =>
          existsSync(join(__dirname, "../../connectly-conversions-win32-arm64-msvc/connectly.node")),
      },
    ],
  };
}

/** Whether this file is still one of its own; in a bundle the addon's way to it is lost. */
function isBundled(): boolean {
  return typeof __filename !== "string" || !/[\\/]dist[\\/]addon\.js$/.test(__filename);
}

/** The addon of this platform. */
export function loadAddon(): unknown {
  if (typeof __filename !== "string" || typeof require !== "function") {
    throw unusable(BUNDLED);
  }
  const names = published()[`${process.platform}-${process.arch}`] ?? [];
  const failures: NodeJS.ErrnoException[] = [];
  const tried = (name: string, load: () => unknown): unknown => {
    try {
      return checked(load() as { version(): string }, name);
    } catch (error) {
      // A package that is not there says nothing; one that does not load says why.
      if ((error as NodeJS.ErrnoException).code !== "MODULE_NOT_FOUND") {
        failures.push(error as NodeJS.ErrnoException);
      }
      return undefined;
    }
  };
  // First what was built in this very folder, for platforms that nothing is published for.
  let found = tried("connectly.node", () => here("../connectly.node"));
  for (const { name, load, isBeside } of names) {
    found ??= tried(name, load);
    if (found === undefined && isBeside()) {
      found = tried(name, () => here(`../../${name}/connectly.node`));
    }
  }
  if (found === undefined) {
    throw unusable(
      adviceOf(
        failures,
        names.map(({ name }) => name),
      ),
      failures[0],
    );
  }
  return found;
}

/** A file, by its path from here. */
function here(path: string): unknown {
  const { createRequire } = require("node:module") as typeof import("node:module");
  return createRequire(__filename)(path);
}

function checked(addon: { version(): string }, name: string): unknown {
  const found = addon.version();
  if (found !== VERSION) {
    throw new Error(
      `connectly-conversions ${VERSION} needs ${name} ${VERSION}, but ${found} is installed. ` +
        `Run: npm install ${name}@${VERSION}`,
    );
  }
  return addon;
}

const BUNDLED =
  "It was bundled, and a native addon cannot be part of a bundle: mark connectly-conversions as external " +
  "(esbuild: --external:connectly-conversions; webpack: externals; Rollup: external; Vite: ssr.external; " +
  "Next.js: serverExternalPackages), and install it where the bundle runs.";

function adviceOf(failures: readonly NodeJS.ErrnoException[], published: readonly string[]): string {
  const codes = failures.map(({ code }) => code);
  if (codes.includes("ERR_DLOPEN_DISABLED")) {
    return (
      "Node.js was told to load no native addons: with --permission (or --experimental-permission) add " +
      "--allow-addons; leave --no-addons out."
    );
  }
  if (codes.includes("ERR_ACCESS_DENIED")) {
    return (
      "Node.js was not allowed to read it: with --permission, add --allow-addons, and --allow-fs-read for " +
      "the folder node_modules."
    );
  }
  const name = published[usesMusl() ? 1 : 0] ?? published[0];
  if (failures.length > 0) {
    return `It is installed, but does not load: ${String(failures[0])}`;
  }
  if (isBundled()) {
    return BUNDLED;
  }
  if (name === undefined) {
    return "None is published for this platform.";
  }
  return (
    `The package ${name} is not installed. It is an optional dependency, which npm leaves out with ` +
    "--omit=optional, and where the lock file or node_modules come from another platform. " +
    `Run: npm install ${name}@${VERSION}`
  );
}

function usesMusl(): boolean {
  if (process.platform !== "linux") {
    return false;
  }
  const report = process.report?.getReport() as { header?: { glibcVersionRuntime?: string } };
  return report?.header?.glibcVersionRuntime === undefined;
}

function unusable(advice: string, cause?: unknown): Error {
  const where = typeof process === "object" ? `${process.platform} ${process.arch}` : "this runtime";
  const message = `connectly-conversions cannot load its native addon for ${where}. ${advice}`;
  return Object.assign(new Error(message, cause === undefined ? undefined : { cause }), {
    code: "CONNECTLY_NATIVE_ADDON_MISSING",
  });
}
