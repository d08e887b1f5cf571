import { setImmediate as nextTurn } from "node:timers/promises";
import { invalidArgument, optionsOf, timeoutOf } from "./arguments.js";
import { outcomesOf } from "./batch.js";
import { errorOf, errorOfText } from "./errors.js";
import { ConversionEvent } from "./event.js";
import { InFlight } from "./in-flight.js";
import type { EventOptions, PurchaseInput, ViewContentInput } from "./input.js";
import { type ClientHandle, native } from "./native.js";
import type { ClientOptions } from "./options.js";
import type { Outcome } from "./outcome.js";
import type { Receipt } from "./records.js";
import { sendOne } from "./sending.js";
import { createClient } from "./settings.js";
import { signalOf } from "./signals.js";
import type { Events } from "./source.js";

export interface SendOptions {
  /** Stops the request; the promise rejects with the signal's reason. */
  readonly signal?: AbortSignal | null | undefined;
  /** The whole call with its retries, in milliseconds, in place of the client's. */
  readonly timeout?: number | null | undefined;
}

export interface SendManyOptions {
  /** How many requests at a time; 4 unless given. */
  readonly concurrency?: number | null | undefined;
  /** Stops every request; the promise rejects with the signal's reason. */
  readonly signal?: AbortSignal | null | undefined;
}

export interface CloseOptions {
  /** How long the requests under way may take yet, in milliseconds; as long as they do unless given. */
  readonly timeout?: number | null | undefined;
}

const SEND_OPTIONS = ["signal", "timeout"];
const SEND_MANY_OPTIONS = ["concurrency", "signal"];

/**
 * Sends events to Connectly. One a process is enough: it holds the pool, the policy and the key.
 *
 * Nothing happens at construction; requests run on a thread of their own. A pending
 * {@link Client.send} keeps the process alive, an idle client does not.
 */
export class Client {
  readonly #handle: ClientHandle;
  readonly #inFlight = new InFlight();
  readonly #closing = new AbortController();
  /** The options that events of this client are made with: spread them into an event's. */
  readonly eventOptions: EventOptions;

  /** @throws {ConfigurationError} where a setting is missing or cannot be used. */
  constructor(options?: ClientOptions) {
    this.#handle = createClient(options);
    this.eventOptions = Object.freeze(options?.rounding ? { rounding: options.rounding } : {});
  }

  /**
   * As {@link ConversionEvent.purchase}, with this client's `rounding` unless it is given.
   *
   * @throws {ValidationError} `invalid_event` with every problem.
   */
  purchase(input: PurchaseInput): ConversionEvent {
    return ConversionEvent.build("Purchase", input, this.eventOptions.rounding);
  }

  /**
   * As {@link ConversionEvent.viewContent}, with this client's `rounding` unless it is given.
   *
   * @throws {ValidationError} `invalid_event` with every problem.
   */
  viewContent(input: ViewContentInput): ConversionEvent {
    return ConversionEvent.build("ViewContent", input, this.eventOptions.rounding);
  }

  /**
   * Sends one event and waits for its receipt, 15 seconds at most unless told otherwise.
   *
   * @throws {ConnectlyError} whatever keeps the API from saying that it received the event.
   */
  async send(event: ConversionEvent, options?: SendOptions): Promise<Receipt> {
    const { signal, timeout } = options === undefined ? {} : optionsOf(options, SEND_OPTIONS);
    const handle = ConversionEvent.handleOf(event);
    this.#checkOpen();
    if (timeout !== undefined && timeout !== null && typeof timeout !== "number") {
      invalidArgument("timeout", "a number of milliseconds");
    }
    const record = await sendOne(
      this.#handle,
      this.#inFlight,
      handle,
      timeout ?? undefined,
      signalOf(signal),
    );
    if ("error" in record) {
      throw errorOf(record.error);
    }
    return record.receipt;
  }

  /**
   * Sends many events, 4 at a time unless told otherwise, and tells of each in their order. Takes
   * any iterable; a lazy one is read at most `concurrency` events ahead of those that are sent.
   *
   * One event's failure stops no other; but once the API has said that the key or the business is
   * wrong, the events that have not been started get that error unsent.
   *
   * What the iterable throws is thrown once the events before have their outcomes, which are its
   * property `outcomes`.
   */
  async sendMany(events: Events, options?: SendManyOptions): Promise<Outcome[]> {
    const outcomes: Outcome[] = [];
    try {
      for await (const outcome of this.outcomes(events, options)) {
        outcomes.push(outcome);
      }
    } catch (error) {
      if (!options?.signal?.aborted) {
        attach(outcomes, error);
      }
      throw error;
    }
    return outcomes;
  }

  /**
   * As {@link Client.sendMany}, but tells of each event as soon as those before it are told of,
   * and keeps none: for a backfill that does not fit into memory. Nothing is read or sent before
   * it is iterated over; what is read while nobody asks for the next outcome is bounded.
   */
  async *outcomes(events: Events, options?: SendManyOptions): AsyncGenerator<Outcome, void, undefined> {
    const { concurrency, signal } = options === undefined ? {} : optionsOf(options, SEND_MANY_OPTIONS);
    if (concurrency !== undefined && concurrency !== null && typeof concurrency !== "number") {
      invalidArgument("concurrency", "a number");
    }
    this.#checkOpen();
    yield* outcomesOf({
      client: this.#handle,
      inFlight: this.#inFlight,
      closed: this.#closing.signal,
      events,
      concurrency: concurrency ?? undefined,
      signal: signalOf(signal),
    });
  }

  /**
   * Refuses every further send and waits for those under way. A batch reads its source no further,
   * unless that is an array. Once `timeout` has passed they are cut off and reject with
   * `client_closed`: those that were sent may have arrived, those with `attempts` 0 and
   * "not sent" have not.
   *
   * Whoever awaits a send has been told of its end when this resolves.
   */
  async close(options?: CloseOptions): Promise<void> {
    const timeout = timeoutOf(options);
    this.#closing.abort();
    let timer: NodeJS.Timeout | undefined;
    if (timeout !== undefined) {
      timer = setTimeout(() => native.cutOffClient(this.#handle), Math.min(timeout, 2 ** 31 - 1));
    }
    do {
      await this.#inFlight.ended();
      // Their promises are settled, but handlers of handlers have not run yet; and a batch whose
      // source is an array begins its next requests only now.
      await nextTurn();
    } while (!this.#inFlight.isEmpty);
    clearTimeout(timer);
    native.closeClient(this.#handle);
  }

  /** As {@link Client.close}, for `await using`. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  /** @internal */
  static handleOf(client: unknown): ClientHandle {
    if (typeof client !== "object" || client === null || !(#handle in client)) {
      invalidArgument("client", "a Client");
    }
    return client.#handle;
  }

  #checkOpen(): void {
    if (this.#closing.signal.aborted) {
      throw errorOfText(native.clientClosed());
    }
  }
}

/** Hands over what has become of the events before. */
function attach(outcomes: readonly Outcome[], error: unknown): void {
  if (typeof error === "object" && error !== null && Object.isExtensible(error)) {
    Object.defineProperty(error, "outcomes", { value: outcomes, configurable: true, writable: true });
  }
}
