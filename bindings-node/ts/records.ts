/** What crosses from the native half: plain records, read from JSON text. */

import type { ERROR_CODES, ERROR_KINDS, ISSUE_CODES } from "./codes.js";

/** What a caller can act on; each kind is a class of its own. */
export type ErrorKind = (typeof ERROR_KINDS)[number];
/** The stable code of an error: narrower than its kind. */
export type ErrorCode = (typeof ERROR_CODES)[number];
/** The stable code of one problem of an event or a landing. */
export type IssueCode = (typeof ISSUE_CODES)[number];

/** One problem of an event or a landing. */
export interface Issue {
  readonly code: IssueCode;
  /** An `error` refuses the event, a `warning` goes with it. */
  readonly severity: "error" | "warning";
  /** Where, in the wire's names: `payload.contents[1].quantity`; empty for the whole document. */
  readonly path: string;
  /** What is wrong, what was given, what to do. */
  readonly message: string;
  /** The value that was surely meant, as text. */
  readonly suggestion?: string;
}

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
