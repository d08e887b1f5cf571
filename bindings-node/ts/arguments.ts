import { errorOfText } from "./errors.js";
import { native } from "./native.js";

/** Throws where an argument is not what it must be. */
export function invalidArgument(name: string, needed: string): never {
  throw errorOfText(native.invalidArgument(name, needed));
}

/** The options, none where there are none; throws for a name that is none of `known`. */
export function optionsOf<T extends object>(
  given: T | null | undefined,
  known: readonly string[],
): Partial<T> {
  if (given === undefined || given === null) {
    return {};
  }
  if (typeof given !== "object") {
    invalidArgument("options", "an object");
  }
  const names = Object.keys(given);
  // What is said of it is the core's; to ask costs more than most calls do themselves.
  const unknown = names.every((name) => known.includes(name)) ? null : native.unknownOption(names, known);
  if (unknown !== null) {
    throw errorOfText(unknown);
  }
  return given;
}

/** The milliseconds that something may take yet that is closed or stopped; without a limit nothing. */
export function timeoutOf(options: { readonly timeout?: number | null | undefined } | null | undefined) {
  const { timeout } = optionsOf<{ timeout?: number | null | undefined }>(options, ["timeout"]);
  if (timeout !== undefined && timeout !== null && !(typeof timeout === "number" && timeout >= 0)) {
    invalidArgument("timeout", "a number of milliseconds");
  }
  return timeout ?? undefined;
}

/** The strings of a list, or nothing; `null` is the same as absent. */
export function stringsOf(name: string, given: Iterable<string> | null | undefined): string[] | undefined {
  if (given === undefined || given === null) {
    return undefined;
  }
  const list = typeof given === "string" ? [] : Array.from(given);
  if (typeof given === "string" || !list.every((text) => typeof text === "string")) {
    invalidArgument(name, "a list of strings");
  }
  return list;
}

/** The Unix seconds of an option that is a point in time, or nothing. */
export function secondsOf(
  name: string,
  given: Date | number | string | null | undefined,
): number | undefined {
  if (given === undefined || given === null) {
    return undefined;
  }
  const moment = given instanceof Date ? given.getTime() / 1000 : given;
  if (typeof moment !== "string" && !(typeof moment === "number" && Number.isFinite(moment))) {
    invalidArgument(name, "a Date, a number of Unix seconds or an RFC 3339 text");
  }
  const seconds = native.unixSeconds(name, moment);
  if (typeof seconds === "string") {
    throw errorOfText(seconds);
  }
  return seconds;
}

/** The Unix milliseconds of such an option: a `Date` keeps its own. */
export function millisecondsOf(
  name: string,
  given: Date | number | string | null | undefined,
): number | undefined {
  const seconds = secondsOf(name, given);
  return given instanceof Date ? given.getTime() : seconds && seconds * 1000;
}

/** The text of an option, or nothing. */
export function textOption(name: string, given: unknown): string | undefined {
  if (given !== undefined && given !== null && typeof given !== "string") {
    invalidArgument(name, "a string");
  }
  return given ?? undefined;
}

/** The present moment in Unix seconds: as given, or by JavaScript's clock, which tests may have set. */
export function nowOf(given: Date | number | string | null | undefined): number {
  return secondsOf("now", given) ?? Math.floor(Date.now() / 1000);
}
