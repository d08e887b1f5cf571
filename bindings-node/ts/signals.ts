import { invalidArgument } from "./arguments.js";

/**
 * What waits for each signal. A signal has one listener of ours, however many calls wait for it:
 * Node warns of a leak where there are more than ten.
 */
const waiting = new WeakMap<AbortSignal, Set<() => void>>();

function tellAll(this: AbortSignal): void {
  for (const tell of [...(waiting.get(this) ?? [])]) {
    tell();
  }
}

/** Calls `tell` when the signal is aborted, which it has not been yet; gives what takes that back. */
export function onAbort(signal: AbortSignal, tell: () => void): () => void {
  let all = waiting.get(signal);
  if (all === undefined) {
    all = new Set();
    waiting.set(signal, all);
  }
  if (all.size === 0) {
    signal.addEventListener("abort", tellAll);
  }
  all.add(tell);
  return () => {
    if (all.delete(tell) && all.size === 0) {
      signal.removeEventListener("abort", tellAll);
    }
  };
}

/** A signal that has not been aborted yet, if there is one. */
export function signalOf(signal: AbortSignal | null | undefined): AbortSignal | undefined {
  if (signal === undefined || signal === null) {
    return undefined;
  }
  if (!(signal instanceof AbortSignal)) {
    invalidArgument("signal", "an AbortSignal");
  }
  signal.throwIfAborted();
  return signal;
}
