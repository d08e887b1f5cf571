import type { OfOrder } from "./target.js";

/** How an event is enqueued. */
export interface EnqueueOptions {
  /**
   * The event is held until this time (a `Date`, Unix seconds, or RFC 3339 text with an offset), at
   * which it goes by itself, or until `release` where this is `"release"`.
   */
  readonly holdUntil?: Date | number | string | "release" | null | undefined;
  /** The trace that it is enqueued in, as W3C `traceparent`. */
  readonly traceparent?: string | null | undefined;
}

/**
 * How a driver writes parameters: `$1` (`pg`, Prisma), `:name` (Knex), or `%(name)s` as Python's
 * drivers do.
 */
export type StatementStyle = "numeric" | "named" | "pyformat";

/** How an event is enqueued by a statement. */
export interface StatementOptions<S extends StatementStyle = StatementStyle> extends EnqueueOptions {
  /** How the driver writes parameters; `"numeric"` unless given. */
  readonly style?: S | null | undefined;
}

/** How a replay goes. */
export interface ReplayOptions {
  /** Also what could then count twice. */
  readonly force?: boolean | null | undefined;
  /** Only tell what would be done. */
  readonly plan?: boolean | null | undefined;
}

/** Which event of the order is skipped. */
export type SkipOptions = Pick<OfOrder, "eventName">;

/** Where a list begins. */
export interface DeadLettersOptions {
  /** After the record of this id. */
  readonly after?: number | null | undefined;
}
