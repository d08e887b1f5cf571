import type { ErrorCode, ErrorKind, ErrorRecord, Failed, Issue } from "./records.js";

export type { ErrorCode, ErrorKind, Issue, IssueCode } from "./records.js";

/**
 * Why a call did not do what it was asked. Every error of this package is one of its subclasses,
 * but for an aborted call, which rejects with its signal's reason. Never holds the API key.
 */
export class ConnectlyError extends Error {
  /** What a caller can act on. */
  readonly kind: ErrorKind;
  /** Stable, narrower than the kind. */
  readonly code: ErrorCode;
  /** The HTTP status, if an answer came. */
  readonly status: number | undefined;
  /** Whether the same event may be sent again later without being counted twice. */
  readonly retryable: boolean;
  /** How long the API asked to wait (`Retry-After`), in milliseconds. */
  readonly retryAfter: number | undefined;
  /** How many requests were made; 0 where nothing was sent. */
  readonly attempts: number;
  /** Every problem of an invalid event or landing; empty for other kinds. */
  readonly issues: readonly Issue[];
  /** The answer's body as text, at most 64 KiB, if an answer came. */
  readonly rawBody: string | undefined;

  /** @internal */
  constructor(record: ErrorRecord) {
    super(record.message, causeOf(record.causes));
    this.kind = record.kind;
    this.code = record.code;
    this.status = record.status ?? undefined;
    this.retryable = record.retryable;
    this.retryAfter = record.retryAfter ?? undefined;
    this.attempts = record.attempts;
    this.issues = record.issues;
    this.rawBody = record.rawBody ?? undefined;
  }

  /**
   * What {@link ConnectlyError.fromJSON} restores, for a job queue; `structuredClone` keeps only the
   * message of an error. Without the stack.
   */
  toJSON(): ConnectlyErrorJSON {
    const causes: string[] = [];
    for (let cause = this.cause; cause instanceof Error; cause = cause.cause) {
      causes.push(cause.message);
    }
    const { name, kind, code, message, retryable, attempts, issues } = this;
    const { status = null, retryAfter = null, rawBody = null } = this;
    return { name, kind, code, message, status, retryable, retryAfter, attempts, issues, rawBody, causes };
  }

  /** Restores what {@link ConnectlyError.toJSON} gave, as the class that it was. */
  static fromJSON(stored: ConnectlyErrorJSON): ConnectlyError {
    return new (CLASSES[stored.kind] ?? ConnectlyError)({ ...stored, causes: stored.causes ?? [] });
  }
}

/** An error as it is stored. */
export interface ConnectlyErrorJSON extends ErrorRecord {
  readonly name: string;
}

function causeOf(causes: readonly string[]): ErrorOptions | undefined {
  return causes.reduceRight<ErrorOptions | undefined>((inner, message) => {
    const cause = new Error(message, inner);
    // It happened in the native half: a stack of this function would tell nothing.
    cause.stack = `Error: ${message}`;
    return { cause };
  }, undefined);
}

// generated: kinds (core/schema/surface.json; make generate)
/**
 * A setting or an argument cannot be used, the client is closed, or the API redirects. Correct the setting.
 * Sending again changes nothing.
 */
export class ConfigurationError extends ConnectlyError {}
/**
 * The event or the landing breaks a rule. Nothing was sent; `issues` lists every problem. Correct what
 * `issues` names.
 */
export class ValidationError extends ConnectlyError {}
/** The API refused the key (401, 403). Correct the key, then send again. */
export class AuthenticationError extends ConnectlyError {}
/**
 * The API does not know the business, or it has no WhatsApp Cloud channel (404). Check the business id and
 * the base URL, then send again.
 */
export class NotFoundError extends ConnectlyError {}
/**
 * The API or Meta refused this event (400 and every 4xx without a kind of its own). The message is their own
 * words. Read the message. The same event would be refused again.
 */
export class RejectedError extends ConnectlyError {}
/** The API asks to come later (425, 429). Send the same event again, after `retryAfter` where it is given. */
export class RateLimitedError extends ConnectlyError {}
/** The API failed (5xx). Send the same event again later if `retryable` says so. */
export class ServerError extends ConnectlyError {}
/** There was no connection, or it broke. Send the same event again later if `retryable` says so. */
export class NetworkError extends ConnectlyError {}
/** No answer came in time. Send the same event again later if `retryable` says so. */
export class RequestTimeoutError extends ConnectlyError {}
/**
 * The API answered 2xx, but the answer does not say that the event was received. Look at `rawBody`. Send the
 * same event again only if `retryable` says so.
 */
export class ResponseError extends ConnectlyError {}
/** The durable queue failed. Look at the message and at the database. */
export class OutboxError extends ConnectlyError {}

const CLASSES: Readonly<Record<ErrorKind, typeof ConnectlyError>> = {
  configuration: ConfigurationError,
  validation: ValidationError,
  authentication: AuthenticationError,
  not_found: NotFoundError,
  rejected: RejectedError,
  rate_limited: RateLimitedError,
  server: ServerError,
  network: NetworkError,
  timeout: RequestTimeoutError,
  response: ResponseError,
  outbox: OutboxError,
  internal: ConnectlyError,
};

// A minifier renames classes; their names in logs stay. On the prototype, where `Error` has it.
for (const [type, name] of [
  [ConnectlyError, "ConnectlyError"],
  [ConfigurationError, "ConfigurationError"],
  [ValidationError, "ValidationError"],
  [AuthenticationError, "AuthenticationError"],
  [NotFoundError, "NotFoundError"],
  [RejectedError, "RejectedError"],
  [RateLimitedError, "RateLimitedError"],
  [ServerError, "ServerError"],
  [NetworkError, "NetworkError"],
  [RequestTimeoutError, "RequestTimeoutError"],
  [ResponseError, "ResponseError"],
  [OutboxError, "OutboxError"],
] as const) {
  Object.defineProperty(type.prototype, "name", { value: name, writable: true, configurable: true });
}
// generated: end; by hand from here

/** @internal The typed error of a record, made where it is thrown: its stack is the caller's. */
export function errorOf(record: ErrorRecord): ConnectlyError {
  return new CLASSES[record.kind](record);
}

/** @internal The typed error of a record's text. */
export function errorOfText(text: string): ConnectlyError {
  return errorOf((JSON.parse(text) as Failed).error);
}
