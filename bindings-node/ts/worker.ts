import { invalidArgument, optionsOf, timeoutOf } from "./arguments.js";
import { theCalls } from "./bridge.js";
import { Client, type CloseOptions } from "./client.js";
import { errorOf, errorOfText } from "./errors.js";
import { textOf } from "./json.js";
import { type Attempted, type Delivered, type Told, told } from "./ledger.js";
import type { NativeOutbox, NativeWorker } from "./native.js";
import type { PaceOptions } from "./options.js";
import type { Failed } from "./records.js";
import { onAbort, signalOf } from "./signals.js";
import { warnOnce } from "./warning.js";

/** How a worker sends, and who is told. */
export interface WorkerOptions extends PaceOptions {
  /**
   * Is told what came of each attempt, once that is on the disk: for metrics and logs. Where it
   * throws, that is a warning of the process.
   */
  readonly onAttempt?: ((attempted: Attempted) => void) | null | undefined;
}

/** How long a delivery goes on, and how it sends. */
export interface DeliverOptions extends WorkerOptions {
  /**
   * Whether it ends when nothing is due now, as it does unless told otherwise. It never waits for
   * a backoff, a lease or a pause.
   */
  readonly untilEmpty?: boolean | null | undefined;
  /** How long it may take at most, in milliseconds. */
  readonly deadline?: number | null | undefined;
  /**
   * Ends it: the promise rejects with the signal's reason, no more events are taken, and attempts
   * under way are still written down.
   */
  readonly signal?: AbortSignal | null | undefined;
}

const WORKER_OPTIONS = ["concurrency", "rate", "onAttempt"];
const DELIVER_OPTIONS = [...WORKER_OPTIONS, "untilEmpty", "deadline", "signal"];

type Answer =
  | { readonly attempt: Told }
  | { readonly failing: Failed }
  | { readonly warning: string }
  | { readonly done: Delivered }
  | Failed;

/** Something that delivers on the engine's thread. */
class Delivery {
  readonly #id = theCalls().newId();
  readonly #native: NativeWorker;
  #hasEnded = false;
  /** What it did; settles once it has ended. */
  readonly ended: Promise<Delivered>;

  constructor(outbox: NativeOutbox, client: unknown, options: Partial<DeliverOptions>, delivers: boolean) {
    const { onAttempt, signal: _, ...settings } = options;
    if (onAttempt !== undefined && onAttempt !== null && typeof onAttempt !== "function") {
      invalidArgument("onAttempt", "a function");
    }
    const calls = theCalls();
    let settle: (answer: { readonly done: Delivered } | Failed) => void = () => {};
    this.ended = new Promise((resolve, reject) => {
      settle = (answer) => ("done" in answer ? resolve(answer.done) : reject(errorOf(answer.error)));
    });
    // Who wants to know asks for it.
    this.ended.catch(() => {});
    const handle = Client.handleOf(client);
    const isWatched = typeof onAttempt === "function";
    const text = textOf("options", settings);
    const begun = outbox.worker(calls.bridge, this.#id, handle, text, delivers, isWatched);
    if (typeof begun === "string") {
      throw errorOfText(begun);
    }
    this.#native = begun;
    // Heard while it runs, even where nobody keeps it.
    calls.listen(this.#id, {
      take: (record) => {
        const answer = record as Answer;
        if ("attempt" in answer) {
          tell(onAttempt, told<Attempted>(answer.attempt));
        } else if ("warning" in answer) {
          warnOnce([answer.warning]);
        } else if ("failing" in answer) {
          // It waits and tries again; whoever runs the shop should know.
          process.emitWarning(errorOf(answer.failing.error));
        } else {
          this.#hasEnded = true;
          calls.end(this.#id);
          settle(answer);
        }
      },
    });
  }

  hold(): void {
    if (!this.#hasEnded) {
      theCalls().hold(this.#id);
    }
  }

  letGo(): void {
    theCalls().letGo(this.#id);
  }

  stop(timeout?: number): void {
    const refused = this.#native.stop(timeout);
    if (refused !== null) {
      throw errorOfText(refused);
    }
  }
}

/** A hook that fails must not end the process. */
function tell(hook: WorkerOptions["onAttempt"], attempted: Attempted): void {
  const warn = (error: unknown): void => process.emitWarning(error instanceof Error ? error : String(error));
  try {
    Promise.resolve(hook?.(attempted)).catch(warn);
  } catch (error) {
    warn(error);
  }
}

/**
 * Sends the events of an outbox until it is stopped. As many as one likes may work on one outbox,
 * in as many processes.
 *
 * It runs on a thread of its own and does not hold the process: one that has nothing else to do
 * ends, and an event that was just being sent then waits a minute for its lease to expire. A
 * process that is there for its worker alone holds it: `outbox.worker(client).ref()`.
 */
export class Worker {
  readonly #delivery: Delivery;

  /** @internal */
  constructor(
    outbox: NativeOutbox,
    client: Client,
    options: WorkerOptions | null | undefined,
    hasEnded: () => void,
  ) {
    const given = optionsOf<WorkerOptions>(options, WORKER_OPTIONS);
    this.#delivery = new Delivery(outbox, client, given, false);
    this.#delivery.ended.then(hasEnded, hasEnded);
  }

  /** Holds the process until the worker is stopped, as a timer's `ref()` does. */
  ref(): this {
    this.#delivery.hold();
    return this;
  }

  /** Takes {@link Worker.ref} back. */
  unref(): this {
    this.#delivery.letGo();
    return this;
  }

  /**
   * Takes no more events, waits for the attempts under way, and tells what the worker did; what came
   * of them is on the disk when this resolves. An attempt takes 10 seconds at most. Those that take
   * longer than `timeout` are cut off: their events wait a minute for their leases to expire.
   */
  async stop(options?: CloseOptions): Promise<Delivered> {
    this.#delivery.stop(timeoutOf(options));
    this.#delivery.hold();
    return await this.#delivery.ended;
  }

  /** As {@link Worker.stop}, for `await using`. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
  }
}

/** Delivers what is due; see `Outbox.deliver`. */
export async function deliver(
  outbox: NativeOutbox,
  client: Client,
  given: DeliverOptions | null | undefined,
): Promise<Delivered> {
  const options = optionsOf<DeliverOptions>(given, DELIVER_OPTIONS);
  const signal = signalOf(options.signal);
  const delivery = new Delivery(outbox, client, options, true);
  delivery.hold();
  if (signal === undefined) {
    return await delivery.ended;
  }
  let stopListening = (): void => {};
  const aborted = new Promise<never>((_, reject) => {
    stopListening = onAbort(signal, () => {
      delivery.stop();
      reject(signal.reason);
    });
  });
  try {
    return await Promise.race([delivery.ended, aborted]);
  } finally {
    stopListening();
  }
}
