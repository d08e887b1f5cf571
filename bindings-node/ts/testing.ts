/** For tests: the sandbox, Connectly's API in this process, and assertions on what arrived. */

import { AssertionError } from "node:assert";
import { optionsOf } from "./arguments.js";
import { theCalls } from "./bridge.js";
import { Client } from "./client.js";
import { errorOf, errorOfText } from "./errors.js";
import type { Expected, Fault, Received, RecordedRequest } from "./journal.js";
import { textOf } from "./json.js";
import { type NativeSandbox, native } from "./native.js";
import type { ClientOptions, SandboxOptions } from "./options.js";
import type { ErrorRecord } from "./records.js";

export type { Expected, Fault, FaultKind, Received, RecordedRequest } from "./journal.js";
export type { SandboxOptions };

/** The sandbox accepts any key and any UUID unless told otherwise; these are what its clients use. */
const API_KEY = "sandbox-key";
const BUSINESS_ID = "00000000-0000-4000-8000-000000000000";

const SANDBOX_OPTIONS = ["port", "apiKey", "businessId"];

/** The native half of a sandbox, for the assertions of this file. */
let nativeOf: (sandbox: Sandbox) => NativeSandbox;

/** A sandbox runs until it is stopped, not until nobody holds it any more. */
const running = new Set<Sandbox>();

/**
 * Connectly's API on a loopback port of this process. It holds no event loop, so that a test that
 * forgets to stop it ends all the same.
 *
 * While it runs, no client of this process sends to another machine: such a `send` rejects with
 * `sandbox_active`, so that no test reports an order for real.
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
  /** Where it listens: the `baseUrl` of a client. */
  readonly url: string;

  static {
    nativeOf = (sandbox) => sandbox.#native;
  }

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
    return (JSON.parse(this.#native.received()) as { received: Received[] }).received;
  }

  /**
   * Waits until this many conversions were accepted, and gives them: for what is reported in the
   * background.
   *
   * @param options.timeout in milliseconds. How long to wait at most. Default: 10000 ms.
   * @throws {AssertionError} where they did not come in time, or it was stopped meanwhile.
   */
  async waitFor(
    count: number,
    options?: { readonly timeout?: number | undefined },
  ): Promise<readonly Received[]> {
    const { timeout } = optionsOf(options, ["timeout"]) as { timeout?: number };
    const calls = theCalls();
    const id = calls.newId();
    try {
      const answer = await new Promise((resolve) => {
        calls.begin(id, { take: resolve });
        const refused = this.#native.waitFor(calls.bridge, id, count, timeout);
        if (refused !== null) {
          throw errorOfText(refused);
        }
      });
      const { received, notReported } = answer as { received?: Received[]; notReported?: string };
      if (received === undefined) {
        throw new AssertionError({ message: notReported ?? "nothing came" });
      }
      return received;
    } finally {
      calls.end(id);
    }
  }

  /** Every request, with its answer. */
  get requests(): readonly RecordedRequest[] {
    return (JSON.parse(this.#native.requests()) as { requests: RecordedRequest[] }).requests;
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

  /** Stops it; requests under way break, and whoever waits is told. What came can still be asked. */
  async stop(): Promise<void> {
    this.#native.stop();
    running.delete(this);
  }

  /** As {@link Sandbox.stop}, for `await using`. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
  }
}

/**
 * Passes where this was reported, once unless told otherwise, and gives the last of it; else it
 * fails with what came instead.
 */
export function assertReported(sandbox: Sandbox, expected: Expected): Received {
  const { order_id, value, ...others } = expected;
  const members = {
    ...others,
    ...(order_id === undefined ? {} : { order_id: String(order_id) }),
    ...(value === undefined ? {} : { value: String(value) }),
  };
  const answer = JSON.parse(nativeOf(sandbox).assertReported(textOf("expected", members))) as {
    readonly received?: Received;
    readonly notReported?: string;
    readonly error?: ErrorRecord;
  };
  if (answer.error !== undefined) {
    throw errorOf(answer.error);
  }
  if (answer.received === undefined) {
    throw new AssertionError({
      message: answer.notReported ?? "nothing came",
      actual: sandbox.received,
      expected,
      stackStartFn: assertReported,
    });
  }
  return answer.received;
}

/** Passes where no event of this order was reported; else it fails with what came. */
export function assertNotReported(sandbox: Sandbox, orderId: string | number): void {
  const message = nativeOf(sandbox).assertNotReported(String(orderId));
  if (message !== null) {
    throw new AssertionError({ message, actual: sandbox.received, stackStartFn: assertNotReported });
  }
}
