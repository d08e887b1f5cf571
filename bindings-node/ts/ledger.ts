/** What the outbox tells: its records, with JavaScript's own times. */

import type { OUTBOX_STATES, VERDICTS } from "./codes.js";
import type { ErrorCode, Issue } from "./records.js";

/** Where an event of the outbox stands. */
export type OutboxState = (typeof OUTBOX_STATES)[number];
/** Whether a replay sends an event again. */
export type ReplayVerdict = (typeof VERDICTS)[number];

/** What `enqueue` did. */
export interface Enqueued {
  /** The outbox's own number of the event. */
  readonly id: number;
  /** Where it stands now. */
  readonly state: OutboxState;
  /** The order was there before and stays as it was. */
  readonly duplicate: boolean;
  /** The event took the place of one of which nothing was counted. */
  readonly replaced: boolean;
  /** The order was there before with another content; it stays as it was. */
  readonly conflict: boolean;
}

/** What `release`, `cancel` or `skip` did. */
export interface Changed {
  /** Whether it did anything. */
  readonly changed: boolean;
  /** Where the event stands now; `undefined` where there is none. */
  readonly state: OutboxState | undefined;
}

/** What `forget` did. */
export interface Forgotten {
  /** Events whose personal data is gone. */
  readonly forgotten: number;
  /** Events under way, whose data goes as soon as their attempt has ended. */
  readonly later: number;
}

/** One conversion in the ledger. */
export interface OutboxRecord {
  /** The outbox's own number of it. */
  readonly id: number;
  readonly eventName: "Purchase" | "ViewContent";
  /** The order's id; `undefined` where it has none, and once it is forgotten. */
  readonly orderId: string | undefined;
  readonly state: OutboxState;
  /** When it may be sent, or becomes pending by itself. */
  readonly dueAt: Date | undefined;
  /** Attempts since it was enqueued or replayed. */
  readonly attempts: number;
  readonly enqueuedAt: Date;
  readonly firstAttemptAt: Date | undefined;
  /** The first attempt that may have been recorded though nobody knows. */
  readonly ambiguousSince: Date | undefined;
  /** When it was accepted, rejected, given up, cancelled or skipped. */
  readonly finishedAt: Date | undefined;
  /** The code of the last failure. */
  readonly code: ErrorCode | undefined;
  /** The HTTP status of the last answer. */
  readonly status: number | undefined;
  /** The last failure in words. */
  readonly message: string | undefined;
  /** Why it was skipped or cancelled. */
  readonly reason: string | undefined;
  /** When the order was placed, in Unix seconds, as an event has it. */
  readonly eventTime: number | undefined;
  readonly currency: string | undefined;
  /** The total as decimal text, in the currency's major unit. */
  readonly value: string | undefined;
  /** Whether the payload is still there, so that it can be replayed. */
  readonly hasPayload: boolean;
  /** The problems of an invalid event. */
  readonly issues: readonly Issue[];
  /** When its personal data was erased. */
  readonly forgottenAt: Date | undefined;
}

/** How many events are in each state. */
export type Counts = Readonly<Record<OutboxState, number>>;

/** What a delivery did. */
export interface Delivered {
  /** Events that the API received. */
  readonly accepted: number;
  /** Events that it refused. */
  readonly rejected: number;
  /** Events that were given up. */
  readonly dead: number;
  /** Attempts after which the event goes out again. */
  readonly retried: number;
}

/** What came of one attempt, for a metric or a log line. */
export interface Attempted {
  /** The outbox's own number of the event. */
  readonly id: number;
  readonly eventName: "Purchase" | "ViewContent";
  readonly orderId: string | undefined;
  /** Where the event stands now. */
  readonly state: OutboxState;
  /** Attempts since it was enqueued or replayed. */
  readonly attempts: number;
  /** The code of the failure. */
  readonly code: ErrorCode | undefined;
  /** The HTTP status, if an answer came. */
  readonly status: number | undefined;
  /** How long the attempt took, in milliseconds. */
  readonly took: number;
  /** The trace that the event was enqueued in, as W3C `traceparent`. */
  readonly traceparent: string | undefined;
}

/** What a replay does with one event. */
export interface ReplayedEvent {
  /** The event as it was before. */
  readonly record: OutboxRecord;
  readonly verdict: ReplayVerdict;
  /** Whether Meta would still count it: it goes out, and the order is not older than 7 days. */
  readonly counts: boolean;
}

/** What a replay did, or would do. */
export interface Replayed {
  /** One line an event. */
  readonly events: readonly ReplayedEvent[];
  /** How many go out again. */
  readonly replayed: number;
  /** The money of those that would still count, as decimal text by currency. */
  readonly money: Readonly<Record<string, string>>;
}

/** The outbox in numbers. */
export interface OutboxMetrics {
  readonly counts: Counts;
  /** How long the oldest event that is due has waited, in milliseconds; 0 where none is. */
  readonly oldestDue: number;
  /** Held events whose order is older than six days: Meta counts nothing older than seven. */
  readonly overdueHolds: number;
  /** What this outbox's workers in this process delivered so far. */
  readonly delivered: Delivered;
  /** Outcomes that came after the lease had passed on. */
  readonly leasesLost: number;
  /** Until when the operator has paused the queue; `"resume"` is until then. */
  readonly pausedUntil: Date | "resume" | undefined;
  /** The code of the answer that has stopped the queue: key, business or address are wrong. */
  readonly refusedCode: ErrorCode | undefined;
  /** Until when the circuit breaker is open. */
  readonly openUntil: Date | undefined;
}

/** A record as the core tells it. */
export type Told = Readonly<Record<string, unknown>>;

/** A `Date` can hold no later time. */
const LAST_DATE = 8.64e15;

/** Members in camel case, absent ones `undefined`. */
export function told<T>(record: Told): T {
  const members = Object.entries(record).map(([name, value]) => [
    name.replace(/_(\w)/g, (_, letter: string) => letter.toUpperCase()),
    value ?? undefined,
  ]);
  return Object.fromEntries(members) as T;
}

function dateOf(milliseconds: unknown): Date | undefined {
  const isDate = typeof milliseconds === "number" && milliseconds <= LAST_DATE;
  return isDate ? new Date(milliseconds) : undefined;
}

export function recordOf(record: Told): OutboxRecord {
  const { issues } = record;
  return {
    ...told<OutboxRecord>(record),
    dueAt: dateOf(record.due_at),
    enqueuedAt: new Date(record.enqueued_at as number),
    firstAttemptAt: dateOf(record.first_attempt_at),
    ambiguousSince: dateOf(record.ambiguous_since),
    finishedAt: dateOf(record.finished_at),
    forgottenAt: dateOf(record.forgotten_at),
    issues: typeof issues === "string" ? (JSON.parse(issues) as Issue[]) : [],
  };
}

/** Read so many at a time, so that memory stays flat. */
const PAGE = 100;

/** Every record after this id, in the order of their ids. */
export async function* recordsOf(
  after: number,
  ask: (page: { readonly after: number; readonly limit: number }) => Promise<Told[]>,
): AsyncGenerator<OutboxRecord, void, undefined> {
  let page: Told[];
  let last = after;
  do {
    page = await ask({ after: last, limit: PAGE });
    for (const record of page.map(recordOf)) {
      yield record;
      last = record.id;
    }
  } while (page.length === PAGE);
}

export function replayedOf(replayed: Replayed): Replayed {
  const events = replayed.events.map((event) => ({
    ...event,
    record: recordOf(event.record as unknown as Told),
  }));
  return { ...replayed, events };
}

export function metricsOf(metrics: Told): OutboxMetrics {
  const pausedUntil = metrics.paused_until as number | null;
  return {
    ...told<OutboxMetrics>(metrics),
    pausedUntil: pausedUntil !== null && pausedUntil > LAST_DATE ? "resume" : dateOf(pausedUntil),
    openUntil: dateOf(metrics.open_until),
  };
}
