import { invalidArgument } from "./arguments.js";
import type { Outcome } from "./client.js";
import { type ConnectlyError, errorOf, errorOfText } from "./errors.js";
import { ConversionEvent } from "./event.js";
import { type ClientHandle, type NativeBatch, native } from "./native.js";
import { theCalls } from "./port.js";
import type { ErrorRecord, Failed, ResultRecord } from "./records.js";
import { type EventHandle, placesOf } from "./shelf.js";
import type { Under, Underway } from "./underway.js";

/** How many events go over at once, and how many may be without an outcome. */
const CHUNK = 256;
const WINDOW = 1024;

/** One `sendMany`: events go over in chunks, and so do their records, in the same order. */
class Delivery {
  readonly outcomes: Outcome[] = [];
  readonly #events: ConversionEvent[] = [];
  readonly #stack: string;
  #chunk: EventHandle[] = [];
  #wake: (() => void) | undefined;
  #isCut = false;
  readonly #batch: NativeBatch;

  constructor(batch: NativeBatch, stack: string) {
    this.#batch = batch;
    this.#stack = stack;
  }

  add(event: ConversionEvent): void {
    const handle = ConversionEvent.handleOf(event);
    this.#events.push(event);
    if (this.#isCut) {
      this.cutOff();
      return;
    }
    this.#chunk.push(handle);
    if (this.#chunk.length === CHUNK) {
      this.flush();
    }
  }

  flush(): void {
    if (this.#chunk.length > 0) {
      this.#batch.push(...placesOf(this.#chunk));
      this.#chunk = [];
    }
  }

  take(records: readonly ResultRecord[]): void {
    for (const record of records) {
      const event = this.#events[this.outcomes.length] as ConversionEvent;
      this.outcomes.push(
        "error" in record ? { event, error: this.#error(record.error) } : { event, receipt: record.receipt },
      );
    }
    this.#wake?.();
  }

  /** What is under way gets an error of its own, as if the API had not answered. */
  cutOff(): void {
    this.#batch.stop();
    this.#isCut = true;
    const rest = this.#events.slice(this.outcomes.length);
    for (const event of rest) {
      const { shelf, place } = ConversionEvent.handleOf(event);
      this.outcomes.push({ event, error: errorOfText(native.cutOff(shelf, place)) });
    }
    this.#wake?.();
  }

  /** Waits until at most this many events are without an outcome. */
  async until(waiting: number): Promise<void> {
    while (this.#events.length - this.outcomes.length > waiting) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }

  get isFull(): boolean {
    return this.#events.length - this.outcomes.length >= WINDOW;
  }

  #error(record: ErrorRecord): ConnectlyError {
    const error = errorOf(record);
    // It is made in a callback: the stack that helps is that of the call.
    error.stack = `${error.name}: ${error.message}${this.#stack}`;
    return error;
  }
}

/** Sends every event; see `Client.sendMany`. */
export async function deliver(
  client: ClientHandle,
  underway: Underway,
  events: Iterable<ConversionEvent> | AsyncIterable<ConversionEvent>,
  concurrency: number | undefined,
  signal: AbortSignal | undefined,
): Promise<Outcome[]> {
  checkEvents(events);
  const trace = { stack: "" };
  Error.captureStackTrace(trace, deliver);
  const calls = theCalls();
  let onFailure!: (error: ConnectlyError) => void;
  const failed = new Promise<never>((_, reject) => {
    onFailure = reject;
  });
  const id = calls.begin({
    take: (answer) => {
      const records = answer as readonly ResultRecord[] | Failed;
      if ("error" in records) {
        onFailure(errorOf(records.error));
      } else {
        delivery.take(records);
      }
    },
  });
  const batch = calls.port.batch(id, client, concurrency);
  if (typeof batch === "string") {
    calls.end(id);
    throw errorOfText(batch);
  }
  const delivery = new Delivery(batch, trace.stack.slice(trace.stack.indexOf("\n")));
  const call: Under = { cutOff: () => delivery.cutOff() };
  underway.add(call);
  let onAbort!: () => void;
  const aborted = new Promise<never>((_, reject) => {
    onAbort = () => reject(signal?.reason);
  });
  signal?.addEventListener("abort", onAbort, { once: true });
  try {
    // A source that never gives its next event does not keep an abort waiting.
    await Promise.race([feed(delivery, events, signal), aborted, failed]);
    return delivery.outcomes;
  } finally {
    signal?.removeEventListener("abort", onAbort);
    // What has ended needs no stop; what was aborted does.
    batch.stop();
    batch.end();
    calls.end(id);
    underway.delete(call);
  }
}

/** What is wrong with an array is told before anything is sent. */
function checkEvents(events: unknown): void {
  if (Array.isArray(events)) {
    for (const event of events) {
      ConversionEvent.handleOf(event);
    }
  } else if (
    typeof events !== "object" ||
    events === null ||
    !(Symbol.iterator in events || Symbol.asyncIterator in events)
  ) {
    invalidArgument("events", "an iterable of ConversionEvent");
  }
}

async function feed(
  delivery: Delivery,
  events: Iterable<ConversionEvent> | AsyncIterable<ConversionEvent>,
  signal: AbortSignal | undefined,
): Promise<void> {
  try {
    if (Symbol.asyncIterator in events) {
      for await (const event of events) {
        delivery.add(event);
        // The next one may be long in coming.
        delivery.flush();
        await delivery.until(WINDOW);
        signal?.throwIfAborted();
      }
    } else {
      for (const event of events) {
        delivery.add(event);
        if (delivery.isFull) {
          delivery.flush();
          await delivery.until(WINDOW - CHUNK);
        }
      }
      delivery.flush();
    }
    await delivery.until(0);
  } catch (error) {
    // The source failed: what is under way is not left behind.
    delivery.flush();
    await delivery.until(0);
    throw error;
  }
}
