/** What crosses from the native half: plain records, read from JSON text. */

import type { ErrorCode, ErrorKind, Issue } from "./errors.js";

/** The API's word that it received an event. Received is not attributed: Meta decides later. */
export interface Receipt {
  /** How many events the API says it received; at least 1. */
  readonly eventsReceived: number;
  /** How many requests were made; at least 1. */
  readonly attempts: number;
  /** The HTTP status, 200 to 299. */
  readonly status: number;
  /** The answer's body as it came. */
  readonly rawBody: string;
}

export interface ErrorRecord {
  readonly kind: ErrorKind;
  readonly code: ErrorCode;
  readonly message: string;
  readonly status: number | null;
  readonly retryable: boolean;
  readonly retryAfter: number | null;
  readonly attempts: number;
  readonly issues: readonly Issue[];
  readonly rawBody: string | null;
  readonly causes: readonly string[];
}

export type Failed = { readonly error: ErrorRecord };
export type ResultRecord = { readonly receipt: Receipt } | Failed;
