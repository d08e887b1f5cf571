import { invalidArgument, optionsOf } from "./arguments.js";
import { deliver } from "./batch.js";
import { textOf } from "./document.js";
import { type ConnectlyError, errorOf, errorOfText } from "./errors.js";
import { ConversionEvent, type EventOptions } from "./event.js";
import { type ClientHandle, native } from "./native.js";
import type { Receipt } from "./records.js";
import { Sending } from "./sending.js";
import { Underway } from "./underway.js";

/** How often and how patiently a call tries again. Waits are in milliseconds. */
export interface RetryPolicy {
  /** How often at most; 2 unless given. */
  readonly retries?: number | null | undefined;
  /** The longest first wait, doubled from try to try; 250 unless given. */
  readonly base?: number | null | undefined;
  /** The longest wait; 4000 unless given. */
  readonly cap?: number | null | undefined;
}

/** A client's settings; the environment fills the gaps. Durations are in milliseconds. */
export interface ClientOptions {
  /** The key (Connectly inbox, Settings, General, API Key); else `CONNECTLY_API_KEY`. */
  readonly apiKey?: string | null | undefined;
  /** The shop's UUID at Connectly; else `CONNECTLY_BUSINESS_ID`. */
  readonly businessId?: string | null | undefined;
  /** Another host than Connectly's, such as the sandbox; else `CONNECTLY_BASE_URL`. */
  readonly baseUrl?: string | null | undefined;
  /** The whole call with its retries: 15000 unless given. */
  readonly timeout?: number | null | undefined;
  /** One attempt: 5000 unless given. */
  readonly attemptTimeout?: number | null | undefined;
  /** Name look-up, connection and TLS handshake: 3000 unless given. */
  readonly connectTimeout?: number | null | undefined;
  readonly retry?: RetryPolicy | null | undefined;
  /** A proxy's URL; else `HTTPS_PROXY`, less the hosts of `NO_PROXY`. */
  readonly proxy?: string | null | undefined;
  /** A PEM file of certificates to trust beside the platform's. */
  readonly caBundle?: string | null | undefined;
  /** What is added to this library's name in the `User-Agent` header. */
  readonly userAgent?: string | null | undefined;
  /** The rounding of {@link Client.eventOptions}. */
  readonly rounding?: "never" | "currency" | null | undefined;
}

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

/** What became of one event of {@link Client.sendMany}: a receipt, or why there is none. */
export type Outcome =
  | { readonly event: ConversionEvent; readonly receipt: Receipt; readonly error?: undefined }
  | { readonly event: ConversionEvent; readonly error: ConnectlyError; readonly receipt?: undefined };

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
  readonly #underway = new Underway();
  #isClosed = false;
  /** The options that events of this client are made with: spread them into an event's. */
  readonly eventOptions: EventOptions;

  /** @throws {ConfigurationError} where a setting is missing or cannot be used. */
  constructor(options?: ClientOptions) {
    const made = native.createClient(textOf("options", options ?? {}));
    if (typeof made === "string") {
      throw errorOfText(made);
    }
    this.#handle = made;
    this.eventOptions = Object.freeze(options?.rounding ? { rounding: options.rounding } : {});
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
    const call = new Sending(this.#underway, handle, signalOf(signal));
    const record = await call.begin(this.#handle, timeout ?? undefined);
    if ("error" in record) {
      throw errorOf(record.error);
    }
    return record.receipt;
  }

  /**
   * Sends many events, 4 at a time unless told otherwise, and tells of each in their order. Takes
   * any iterable; a lazy one is read no faster than it is sent.
   *
   * One event's failure stops no other; but once the API has said that the key or the business is
   * wrong, the events that have not been started get that error unsent.
   */
  async sendMany(
    events: Iterable<ConversionEvent> | AsyncIterable<ConversionEvent>,
    options?: SendManyOptions,
  ): Promise<Outcome[]> {
    const { concurrency, signal } = options === undefined ? {} : optionsOf(options, SEND_MANY_OPTIONS);
    if (concurrency !== undefined && concurrency !== null && typeof concurrency !== "number") {
      invalidArgument("concurrency", "a number");
    }
    this.#checkOpen();
    return await deliver(this.#handle, this.#underway, events, concurrency ?? undefined, signalOf(signal));
  }

  /**
   * Refuses every further send and waits for those under way. Once `timeout` has passed they are
   * cut off and reject with `client_closed`.
   */
  async close(options?: CloseOptions): Promise<void> {
    const { timeout } = optionsOf(options, ["timeout"]);
    if (timeout !== undefined && timeout !== null && !(typeof timeout === "number" && timeout >= 0)) {
      invalidArgument("timeout", "a number of milliseconds");
    }
    this.#isClosed = true;
    const ended = this.#underway.ended();
    if (timeout === undefined || timeout === null) {
      await ended;
      return;
    }
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, Math.min(timeout, 2 ** 31 - 1));
    });
    await Promise.race([ended, late]);
    clearTimeout(timer);
    this.#underway.cutOff();
  }

  /** As {@link Client.close}, for `await using`. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  #checkOpen(): void {
    if (this.#isClosed) {
      throw errorOfText(native.clientClosed());
    }
  }
}

/** A signal that has not been aborted yet, if there is one. */
function signalOf(signal: AbortSignal | null | undefined): AbortSignal | undefined {
  if (signal === undefined || signal === null) {
    return undefined;
  }
  if (!(signal instanceof AbortSignal)) {
    invalidArgument("signal", "an AbortSignal");
  }
  signal.throwIfAborted();
  return signal;
}
