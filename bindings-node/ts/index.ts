/** Report Click-to-WhatsApp conversions to Connectly: validated, exact, never counted twice. */

// First: where it cannot be loaded, that is what a user must be told.
import "./native.js";

export type {
  CloseOptions,
  SendManyOptions,
  SendOptions,
} from "./client.js";
export { Client } from "./client.js";
export type { ConnectlyErrorJSON, ErrorCode, ErrorKind, Issue, IssueCode } from "./errors.js";
export {
  AuthenticationError,
  ConfigurationError,
  ConnectlyError,
  NetworkError,
  NotFoundError,
  OutboxError,
  RateLimitedError,
  RejectedError,
  RequestTimeoutError,
  ResponseError,
  ServerError,
  ValidationError,
} from "./errors.js";
export type { StoredEvent } from "./event.js";
export { ConversionEvent } from "./event.js";
export type {
  Amount,
  DecimalLike,
  DocumentOptions,
  EventInput,
  EventOptions,
  Item,
  OrderInput,
  PurchaseInput,
  ViewContentInput,
  WireOptions,
} from "./input.js";
export type {
  Named,
  SkipReason,
  Visit,
  VisitCount,
  VisitRequest,
} from "./landing.js";
export { Landing, SCRIPT_COOKIE_NAME } from "./landing.js";
export type {
  Attempted,
  Changed,
  Counts,
  Delivered,
  Enqueued,
  Forgotten,
  OutboxMetrics,
  OutboxRecord,
  OutboxState,
  Replayed,
  ReplayedEvent,
  ReplayVerdict,
} from "./ledger.js";
export type {
  ClientOptions,
  LandingOptions,
  OutboxOptions,
  PaceOptions,
  RetryPolicy,
} from "./options.js";
export { Outbox } from "./outbox.js";
export type {
  DeadLettersOptions,
  EnqueueOptions,
  ReplayOptions,
  SkipOptions,
  StatementOptions,
  StatementStyle,
} from "./outbox-options.js";
export type { Outcome } from "./outcome.js";
export type { Receipt } from "./records.js";
export type { Omission, Report, ReportOptions, RunStatement, StatementRows } from "./reporting.js";
export type { SqlValue, Statement, StatementParameters, StatementRow } from "./statement.js";
export type { OfId, OfOrder, OfTracking, OutboxTarget, ReplayTarget } from "./target.js";
export type { CaptureOptions, TrackingParamsJSON, TrackingValues } from "./tracking.js";
export { COOKIE_NAME, TrackingParams } from "./tracking.js";
export type { DeliverOptions, WorkerOptions } from "./worker.js";
export { Worker } from "./worker.js";
