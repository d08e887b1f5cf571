/** For tests: the API's emulator in this process, and an assertion on what arrived. */

import { AssertionError } from "node:assert";
import { optionsOf } from "./arguments.js";
import { theCalls } from "./bridge.js";
import { Client } from "./client.js";
import type { FAULT_KINDS } from "./codes.js";
import { textOf } from "./document.js";
import { errorOfText, type Issue } from "./errors.js";
import { type NativeSandbox, native } from "./native.js";
import type { ClientOptions, SandboxOptions } from "./options.js";

export type { SandboxOptions };

/** The sandbox accepts any key and any UUID unless told otherwise; these are what its clients use. */
const API_KEY = "sandbox-key";
const BUSINESS_ID = "00000000-0000-4000-8000-000000000000";

/** A conversion that the sandbox accepted. */
export interface Received {
  readonly event_name: string;
  readonly order_id: string | null;
  readonly currency: string | null;
  /** Decimal text. */
  readonly value: string | null;
  readonly event_time: number;
  /** How often this order has come so far. */
  readonly times: number;
  readonly duplicate: boolean;
  readonly business_id: string;
  /** What a client that checks events would have been warned of. */
  readonly warnings: readonly Issue[];
  /** The event as it was sent. */
  readonly body: Readonly<Record<string, unknown>>;
}

/** A request, with its answer. */
export interface RecordedRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /** `null` where a fault gave none. */
  readonly status: number | null;
  readonly fault: string | null;
  readonly recorded: boolean;
}

/** What the sandbox does instead of answering as usual. */
export type FaultKind = (typeof FAULT_KINDS)[number];

/** What goes wrong with the next request that matches. Durations are in seconds. */
export interface Fault {
  readonly kind: FaultKind;
  /** For `status`; 503 unless given. */
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  /** For `delay`. */
  readonly seconds?: number;
  /** For `redirect`. */
  readonly location?: string;
  /** A `Retry-After` header. */
  readonly retry_after?: number;
  /** Only for requests of this order. */
  readonly order_id?: string;
  /** How many requests it meets; 1 unless given, 0 means every one. */
  readonly times?: number;
  /** For `status`: the event is recorded although the answer is this. */
  readonly recorded?: boolean;
}

const SANDBOX_OPTIONS = ["port", "apiKey", "businessId"];

/** A sandbox runs until it is stopped, not until nobody holds it any more. */
const running = new Set<Sandbox>();

/**
 * The API's emulator, on a loopback port of this process. It holds no event loop, so that a test
 * that forgets to stop it ends all the same.
 *
 * ```ts
 * await using sandbox = await Sandbox.start();
 * await sandbox.client().send(event);
 * assertReported(sandbox, { order_id: "ORD-7821", value: "99.97" });
 * ```
 */
export class Sandbox {
  readonly #native: NativeSandbox;
  readonly #options: SandboxOptions;
  /** What was received and requested until it was stopped. */
  #last: { readonly received: string; readonly requests: string } | undefined;
  /** Where it listens: the `baseUrl` of a client. */
  readonly url: string;

  private constructor(sandbox: NativeSandbox, options: SandboxOptions) {
    this.#native = sandbox;
    this.#options = options;
    this.url = sandbox.url();
  }

  /** Starts a sandbox. */
  static async start(options?: SandboxOptions): Promise<Sandbox> {
    const given = optionsOf(options, SANDBOX_OPTIONS) as SandboxOptions;
    const started = native.startSandbox(textOf("options", given));
    if (typeof started === "string") {
      throw errorOfText(started);
    }
    const sandbox = new Sandbox(started, given);
    running.add(sandbox);
    return sandbox;
  }

  /** The settings of a client of this sandbox. */
  get clientOptions(): { readonly apiKey: string; readonly businessId: string; readonly baseUrl: string } {
    const { apiKey, businessId } = this.#options;
    return { apiKey: apiKey ?? API_KEY, businessId: businessId ?? BUSINESS_ID, baseUrl: this.url };
  }

  /** A client of this sandbox. */
  client(options?: ClientOptions): Client {
    return new Client({ ...this.clientOptions, ...options });
  }

  /** The conversions that it accepted, in order. */
  get received(): readonly Received[] {
    return listOf(JSON.parse(this.#last?.received ?? this.#native.received() ?? "null"));
  }

  /**
   * Waits until this many conversions were accepted, at most `timeout` milliseconds (5000 unless
   * given), and gives those that were: for what is reported in the background.
   */
  async waitFor(
    count: number,
    options?: { readonly timeout?: number | undefined },
  ): Promise<readonly Received[]> {
    const { timeout = 5000 } = optionsOf(options, ["timeout"]);
    const calls = theCalls();
    const id = calls.newId();
    try {
      return listOf(
        await new Promise((resolve) => {
          calls.begin(id, { take: resolve });
          const refused = this.#native.waitFor(calls.bridge, id, count, timeout);
          if (refused !== null) {
            throw errorOfText(refused);
          }
        }),
      );
    } finally {
      calls.end(id);
    }
  }

  /** Every request, with its answer. */
  get requests(): readonly RecordedRequest[] {
    const text = this.#last?.requests ?? this.#native.requests() ?? '{"requests":[]}';
    return (JSON.parse(text) as { requests: RecordedRequest[] }).requests;
  }

  /** The next request that matches meets this fault; several are met one after the other. */
  failNext(...faults: Fault[]): void {
    const refused = this.#native.script(textOf("faults", { faults }));
    if (refused !== null) {
      throw errorOfText(refused);
    }
  }

  /** Takes back the faults that were not met. */
  clearFaults(): void {
    this.#native.clearFaults();
  }

  /** Forgets requests, orders, faults and the clock. */
  reset(): void {
    this.#native.reset();
  }

  /** Sets the sandbox's clock, by which it checks event times; without a time it is the real one. */
  setNow(time?: Date | number): void {
    this.#native.setNow(time instanceof Date ? Math.floor(time.getTime() / 1000) : time);
  }

  /** Stops it; requests under way break. What it received can still be asked. */
  async stop(): Promise<void> {
    const [received, requests] = [this.#native.received(), this.#native.requests()];
    if (received !== null && requests !== null) {
      this.#last = { received, requests };
    }
    this.#native.stop();
    running.delete(this);
  }

  /** As {@link Sandbox.stop}, for `await using`. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
  }
}

function listOf(answer: unknown): Received[] {
  return (answer as { received: Received[] } | null)?.received ?? [];
}

/** What a reported event must have; only what is given is compared. */
export type Expected = Partial<Omit<Received, "body" | "value">> & { readonly value?: string | number };

/**
 * Passes where exactly one conversion that has these values was received, and gives it; else it
 * fails with what was received.
 */
export function assertReported(sandbox: Sandbox, expected: Expected): Received {
  const { received } = sandbox;
  const wanted = Object.entries({ event_name: "Purchase", ...expected });
  const found = received.filter((event) =>
    wanted.every(([name, value]) => {
      const actual = event[name as keyof Received];
      return name === "value" ? Number(actual) === Number(value) : actual === value;
    }),
  );
  const [only] = found;
  if (only === undefined || found.length > 1) {
    const actual = received.map(({ body, ...event }) => event);
    throw new AssertionError({
      message: `expected one conversion with ${JSON.stringify(Object.fromEntries(wanted))}, received ${JSON.stringify(actual)}`,
      actual,
      expected,
      stackStartFn: assertReported,
    });
  }
  return only;
}
