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
  const unknown = native.unknownOption(Object.keys(given), known);
  if (unknown !== null) {
    throw errorOfText(unknown);
  }
  return given;
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

/** A clock for tests. */
export function nowOf(given: Date | number | null | undefined): number | undefined {
  if (given === undefined || given === null) {
    return undefined;
  }
  const seconds = given instanceof Date ? given.getTime() / 1000 : given;
  if (typeof seconds !== "number" || !Number.isFinite(seconds)) {
    invalidArgument("now", "a Date or a number of Unix seconds");
  }
  return Math.floor(seconds);
}
