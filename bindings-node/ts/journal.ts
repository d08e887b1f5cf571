/** What a sandbox tells, what it can be told to do, and what a test expects of it. */

import type { FAULT_KINDS } from "./codes.js";
import type { Issue } from "./errors.js";

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

/** What must have been reported; only what is given is compared. */
export interface Expected {
  readonly order_id?: string | number | undefined;
  /** The total; compared as a decimal: 99.9 is 99.90. */
  readonly value?: string | number | undefined;
  /** In upper or lower case. */
  readonly currency?: string | undefined;
  /** `Purchase` or `ViewContent`. */
  readonly event_name?: string | undefined;
  /** How often it must have come; 1 unless given. */
  readonly times?: number | undefined;
}
