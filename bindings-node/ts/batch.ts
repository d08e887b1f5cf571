import { type Taker, theCalls } from "./bridge.js";
import { type ConnectlyError, errorOf, errorOfText } from "./errors.js";
import { ConversionEvent } from "./event.js";
import type { InFlight } from "./in-flight.js";
import type { ClientHandle, NativeBatch } from "./native.js";
import type { Outcome } from "./outcome.js";
import type { Failed, ResultRecord } from "./records.js";
import { onAbort } from "./signals.js";
import { checkEvents, type Events, Source } from "./source.js";

/** What a batch is of. */
export interface BatchOf {
  readonly client: ClientHandle;
  readonly inFlight: InFlight;
  /** Aborted once the client is closed. */
  readonly closed: AbortSignal;
  readonly events: Events;
  readonly concurrency: number | undefined;
  readonly signal: AbortSignal | undefined;
}

/** Events that were given to the native half, and what has become of them. */
class Batch implements Taker {
  readonly #inFlight: InFlight;
  readonly #native: NativeBatch;
  readonly #id: number;
  readonly #stack: string;
  /** Those without an outcome, oldest first. */
  readonly #waiting: ConversionEvent[] = [];
  readonly #outcomes: Outcome[] = [];
  /** How many events may be without an outcome: as many as are sent at a time, and as many read ahead. */
  readonly #window: number;
  #failure: ConnectlyError | undefined;
  #hasChanged = false;
  #wake: (() => void) | undefined;

  constructor({ client, inFlight, concurrency }: BatchOf, stack: string) {
    const calls = theCalls();
    this.#id = calls.newId();
    const batch = calls.bridge.batch(this.#id, client, concurrency);
    if (typeof batch === "string") {
      throw errorOfText(batch);
    }
    this.#native = batch;
    this.#inFlight = inFlight;
    this.#stack = stack;
    this.#window = 2 * batch.concurrency();
  }

  get hasRoom(): boolean {
    return this.#waiting.length < this.#window;
  }

  get isIdle(): boolean {
    return this.#waiting.length === 0;
  }

  push(event: ConversionEvent): void {
    const handle = ConversionEvent.handleOf(event);
    if (this.isIdle) {
      theCalls().begin(this.#id, this);
      this.#inFlight.add(this);
    }
    this.#waiting.push(event);
    this.#native.push(handle);
  }

  take(answer: unknown): void {
    const records = answer as readonly ResultRecord[] | Failed;
    if ("error" in records) {
      this.#failure = errorOf(records.error);
    } else {
      for (const record of records) {
        this.#outcomes.push(this.#outcomeOf(this.#waiting.shift() as ConversionEvent, record));
      }
    }
    if (this.isIdle || this.#failure !== undefined) {
      this.#awaitNothing();
    }
    this.change();
  }

  /** The oldest outcome that nobody has been told of. */
  next(): Outcome | undefined {
    const outcome = this.#outcomes.shift();
    if (outcome === undefined && this.#failure !== undefined) {
      throw this.#failure;
    }
    return outcome;
  }

  stop(): void {
    this.#native.stop();
    this.#awaitNothing();
  }

  /** Something has happened. */
  change(): void {
    this.#hasChanged = true;
    this.#wake?.();
  }

  /** Waits until something has happened since it was asked last. */
  async changed(): Promise<void> {
    if (!this.#hasChanged) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
    this.#hasChanged = false;
  }

  /** A batch that nobody asks for its outcomes any more holds neither the process nor `close`. */
  #awaitNothing(): void {
    theCalls().end(this.#id);
    this.#inFlight.delete(this);
  }

  #outcomeOf(event: ConversionEvent, record: ResultRecord): Outcome {
    if (!("error" in record)) {
      return { event, receipt: record.receipt };
    }
    const error = errorOf(record.error);
    // It is made in a callback: the stack that helps is that of the call.
    error.stack = `${error.name}: ${error.message}${this.#stack}`;
    return { event, error };
  }
}

/** Tells what becomes of every event; see `Client.outcomes`. */
export async function* outcomesOf(of: BatchOf): AsyncGenerator<Outcome, void, undefined> {
  const { events, closed, signal } = of;
  checkEvents(events);
  const trace = { stack: "" };
  Error.captureStackTrace(trace, outcomesOf);
  const batch = new Batch(of, trace.stack.slice(trace.stack.indexOf("\n")));
  const source = new Source(events, () => batch.change());
  const letGo = (): void => {
    // What it says of that is of no use to anybody any more.
    source.close().catch(() => {});
    batch.change();
  };
  const subscriptions = [
    // An array was given whole: each of its events is told that the client was closed.
    onAbort(closed, Array.isArray(events) ? () => {} : letGo),
  ];
  if (signal !== undefined) {
    subscriptions.push(
      onAbort(signal, () => {
        batch.stop();
        letGo();
      }),
    );
  }
  try {
    for (;;) {
      while (batch.hasRoom && !signal?.aborted) {
        const event = source.take();
        if (event === undefined) {
          break;
        }
        batch.push(event);
      }
      const outcome = batch.next();
      if (outcome !== undefined) {
        yield outcome;
      } else if (signal?.aborted) {
        throw signal.reason;
      } else if (source.isEnded && batch.isIdle) {
        break;
      } else {
        await batch.changed();
      }
    }
    if (source.failure !== undefined) {
      throw source.failure.reason;
    }
  } finally {
    for (const unsubscribe of subscriptions) {
      unsubscribe();
    }
    batch.stop();
    await source.close();
  }
}
