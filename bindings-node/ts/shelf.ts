import { errorOfText } from "./errors.js";
import { native, type ShelfHandle } from "./native.js";
import type { Writer } from "./writer.js";

/** Where the native half holds an event. */
export interface EventHandle {
  readonly shelf: ShelfHandle;
  readonly place: number;
}

/**
 * How many events share a native handle, which costs a seventh of an event when it is made and
 * collected. Not more: an event that is kept keeps its neighbours.
 */
const SIZE = 16;
let shelf: ShelfHandle | undefined;
let filled = 0;

/** Builds an event of the document that was written, and throws where it is invalid. */
export function shelve(
  document: Writer,
  javascriptNumbers: boolean,
  rounding: string | undefined,
  extraCurrencies: string[] | string,
  now: number | undefined,
): EventHandle {
  if (shelf === undefined || filled === SIZE) {
    shelf = native.createShelf();
    filled = 0;
  }
  const { bytes, length } = document;
  const place = native.buildEvent(shelf, bytes, length, javascriptNumbers, rounding, extraCurrencies, now);
  if (typeof place === "string") {
    throw errorOfText(place);
  }
  filled++;
  return { shelf, place };
}
