/**
 * Loads the native half. This is the only file that does, and it is CommonJS, so that ESM and
 * CommonJS users of one process share one instance.
 */

import { readFileSync } from "node:fs";
import { join } from "node:path";

declare const opaque: unique symbol;
/** A handle that only the native half can read. */
export type Handle<Kind extends string> = { readonly [opaque]: Kind };
export type ShelfHandle = Handle<"shelf">;
export type ClientHandle = Handle<"client">;
export type LandingHandle = Handle<"landing">;

/** Many requests under way. */
export interface NativeBatch {
  concurrency(): number;
  push(shelf: ShelfHandle, place: number): void;
  stop(): void;
}

/** This JavaScript thread's connection to the thread that delivers. */
export interface NativeBridge {
  hold(): void;
  release(): void;
  send(
    id: number,
    client: ClientHandle,
    shelf: ShelfHandle,
    place: number,
    timeout: number | undefined,
  ): string | null;
  stop(id: number): void;
  batch(id: number, client: ClientHandle, concurrency: number | undefined): NativeBatch | string;
}

/** A sandbox that runs in this process. */
export interface NativeSandbox {
  url(): string;
  /** The last three give nothing once it was stopped. */
  received(): string | null;
  requests(): string | null;
  waitFor(bridge: NativeBridge, id: number, count: number, timeout: number): string | null;
  script(faults: string): string | null;
  clearFaults(): void;
  reset(): void;
  setNow(seconds: number | undefined): void;
  stop(): void;
}

export interface Native {
  version(): string;
  vocabulary(): string[][];
  cookieName(): string;
  captureUrl(url: string, extraParams?: string[], now?: number): string;
  captureQuery(query: string, extraParams?: string[], now?: number): string;
  capturePairs(flat: string[], extraParams?: string[], now?: number): string;
  trackingFromJson(text: string): string;
  trackingFromCookie(cookie: string): string;
  trackingToCookie(json: string): string;
  scriptCookieName(): string;
  createLanding(
    touch?: string,
    extraParams?: string[],
    maxAge?: number,
    domain?: string,
  ): LandingHandle | string;
  visit(
    landing: LandingHandle,
    method: string,
    url: string,
    cookies: string[],
    headers: string[],
    stored: string | undefined,
    consent: boolean,
    now: number | undefined,
  ): string;
  createShelf(): ShelfHandle;
  /** The place on the shelf, or the record of an error. */
  buildEvent(
    shelf: ShelfHandle,
    document: Uint8Array,
    length: number,
    javascriptNumbers: boolean,
    rounding: string | undefined,
    extraCurrencies: string[] | string,
    now: number | undefined,
  ): number | string;
  eventWire(shelf: ShelfHandle, place: number): Buffer;
  eventFacts(shelf: ShelfHandle, place: number): string;
  createClient(settings: string, environment: Record<string, string>): ClientHandle | string;
  clientClosed(): string;
  closeClient(client: ClientHandle): void;
  cutOffClient(client: ClientHandle): void;
  invalidArgument(name: string, needed: string): string;
  unknownOption(names: string[], known: readonly string[]): string | null;
  startSandbox(options: string): NativeSandbox | string;
  runCli(args: string[]): number;
  readonly CallbackBridge: new (callback: (answers: string) => void) => NativeBridge;
}

function version(): string {
  const text = readFileSync(join(__dirname, "..", "package.json"), "utf8");
  return (JSON.parse(text) as { version: string }).version;
}

/** On Linux the C library decides; a package manager that ignores `libc` may install both. */
function candidates(): string[] {
  const target = `${process.platform}-${process.arch}`;
  switch (process.platform) {
    case "linux":
      return [`${target}-gnu`, `${target}-musl`];
    case "win32":
      return [`${target}-msvc`];
    default:
      return [target];
  }
}

function usesMusl(): boolean {
  const report = process.report?.getReport() as { header?: { glibcVersionRuntime?: string } };
  return report?.header?.glibcVersionRuntime === undefined;
}

function load(): Native {
  const failures: unknown[] = [];
  // First what was built in this very folder, for platforms that nothing is published for.
  const packages = candidates().map((target) => `connectly-conversions-${target}`);
  for (const name of ["../connectly.node", ...packages]) {
    try {
      return checked(require(name) as Native, name);
    } catch (error) {
      // A package that is not there says nothing; one that does not load says why.
      const code = (error as NodeJS.ErrnoException).code;
      if (code !== "MODULE_NOT_FOUND") {
        failures.push(error);
      }
    }
  }
  throw missing(failures);
}

function checked(native: Native, name: string): Native {
  const [needed, found] = [version(), native.version()];
  if (needed !== found) {
    throw new Error(
      `connectly-conversions ${needed} needs ${name} ${needed}, but ${found} is installed. ` +
        `Run: npm install ${name}@${needed}`,
    );
  }
  return native;
}

function missing(failures: readonly unknown[]): Error {
  const targets = candidates();
  const target = targets[process.platform === "linux" && usesMusl() ? 1 : 0] ?? targets[0];
  const name = `connectly-conversions-${target}`;
  const why =
    failures.length === 0
      ? `The package ${name} is not installed. It is an optional dependency, which npm leaves ` +
        "out with --omit=optional, and where the lock file or node_modules come from another platform."
      : `The package ${name} is installed but does not load: ${String(failures[0])}`;
  const message =
    `connectly-conversions has no native addon for ${process.platform} ${process.arch} here. ` +
    `${why} Run: npm install ${name}@${version()}`;
  return Object.assign(new Error(message, { cause: failures[0] }), {
    code: "CONNECTLY_NATIVE_ADDON_MISSING",
  });
}

export const native: Native = load();
