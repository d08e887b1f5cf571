/** JSON text in which nothing of JavaScript is lost unseen. */

import { invalidArgument } from "./arguments.js";

/** What JSON cannot carry; the core refuses it where it stands. */
function foreign(kind: string, value: unknown): object {
  return { $javascript: kind, text: String(value) };
}

/** A value that is no list and no plain object, as JSON can carry it. */
export function leafOf(value: unknown): unknown {
  switch (typeof value) {
    case "number":
      return Number.isFinite(value) ? value : foreign("number", value);
    case "bigint":
    case "function":
    case "symbol":
      return foreign(typeof value, value);
    case "object":
      return value === null ? null : objectLeaf(value);
    default:
      return value;
  }
}

/** Decimals, ids and times of other libraries tell their text by `toJSON`. */
function objectLeaf(value: object): unknown {
  if (value instanceof Date) {
    return Number.isNaN(value.getTime()) ? foreign("date", value) : foreign("Date", value.toISOString());
  }
  const { toJSON } = value as { toJSON?: unknown };
  if (typeof toJSON !== "function") {
    return value;
  }
  const told: unknown = toJSON.call(value, "");
  if (told === null || told === undefined) {
    // So does an invalid date of dayjs, Moment.js and Luxon. Absent is something else.
    return foreign("value whose toJSON() gives nothing, such as an invalid date", "");
  }
  return typeof told === "object" ? told : leafOf(told);
}

/** A point in time: only there a `Date` is one. */
export function momentOf(value: unknown): unknown {
  const isDate = value instanceof Date && !Number.isNaN(value.getTime());
  return isDate ? value.getTime() / 1000 : leafOf(value);
}

/** Any value as JSON text. `name` is the argument's. */
export function textOf(name: string, value: unknown): string {
  const faithful = function (this: Record<string, unknown>, key: string, written: unknown): unknown {
    // `JSON.stringify` has asked a `Date` for its text already.
    const original = this[key];
    if (original instanceof Date) {
      return Number.isNaN(original.getTime()) ? leafOf(original) : original.toISOString();
    }
    return typeof written === "object" ? written : leafOf(written);
  };
  let text: string | undefined;
  try {
    text = JSON.stringify(value, faithful);
  } catch (error) {
    if (error instanceof TypeError) {
      // It refers to itself.
      invalidArgument(name, `a value that JSON can carry (${error.message})`);
    }
    throw error;
  }
  return text ?? "null";
}

/**
 * As {@link textOf}, for what was made of leaves: then `JSON.stringify` alone loses nothing, but
 * where an object stands in a leaf's place.
 */
export function textOfLeaves(name: string, value: object): string {
  try {
    return JSON.stringify(value);
  } catch (error) {
    if (error instanceof TypeError) {
      return textOf(name, value);
    }
    throw error;
  }
}
