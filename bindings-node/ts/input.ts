import type { TrackingParams, TrackingParamsJSON } from "./tracking.js";

/** A decimal of a library such as decimal.js, big.js or Prisma's `Decimal`. */
export interface DecimalLike {
  toFixed(decimals?: number): string;
  toJSON(): string;
}

/**
 * Money in the currency's major unit: 99.97 is 99 dollars and 97 cents. Text, a decimal of a
 * library, an integer, or a number of at most 15 significant digits, which keeps 99.97 exact and
 * refuses the residue of 0.1 + 0.2.
 */
export type Amount = string | number | DecimalLike;

/** A product of the order. */
export interface Item {
  /** Its id in the catalogue. */
  readonly id: string | number;
  /** How many pieces; 1 unless given. */
  readonly quantity?: number | null | undefined;
  /** The price of one piece, in the event's currency. */
  readonly itemPrice?: Amount | null | undefined;
}

/** How an event is read and checked. */
export interface EventOptions {
  /** `"currency"` rounds amounts to the minor unit, half to even, with a warning. */
  readonly rounding?: "never" | "currency" | null | undefined;
  /** Currency codes newer than this release; else those of `CONNECTLY_EXTRA_CURRENCIES`. */
  readonly extraCurrencies?: Iterable<string> | null | undefined;
  /**
   * The moment of construction, for tests: a `Date`, Unix seconds, or RFC 3339 text with an offset;
   * the current time unless given.
   */
  readonly now?: Date | number | string | null | undefined;
}

/** What both kinds of event have. */
export interface EventInput extends EventOptions {
  /** What the landing told. */
  readonly tracking: TrackingParams;
  /** The shop's immutable id of the order: what keeps it from being counted twice. */
  readonly orderId?: string | number | null | undefined;
  /** An ISO 4217 code, in any case. */
  readonly currency?: string | null | undefined;
  /** The total. */
  readonly value?: Amount | null | undefined;
  /** Every product of the order. */
  readonly items?: readonly Item[] | null | undefined;
  /** When the order was placed: a `Date`, Unix seconds, or RFC 3339 text with an offset. */
  readonly eventTime?: Date | number | string | null | undefined;
  /** `product` unless given, where there are items. */
  readonly contentType?: string | null | undefined;
  /** The items' ids unless given. */
  readonly contentIds?: readonly (string | number)[] | null | undefined;
  /** The sum of the items' quantities unless given. */
  readonly numItems?: number | null | undefined;
  /** Members of `payload` that the API has gained since this release; gives a warning. */
  readonly extraPayload?: Readonly<Record<string, unknown>> | null | undefined;
}

/** A Purchase: one order, however many items it has. */
export interface PurchaseInput extends EventInput {
  /** `null` where there is none, which gives a warning: the order could be counted twice. */
  readonly orderId: string | number | null;
  readonly currency: string;
  readonly value: Amount;
}

/** A ViewContent: a product page was looked at. */
export interface ViewContentInput extends EventInput {}

/** An order of a shop. */
export interface OrderInput extends Omit<PurchaseInput, "tracking" | "eventTime"> {
  /** The order's total as it was charged, with tax and shipping. */
  readonly value: Amount;
  /**
   * The params of the customer's landing, themselves or as they were stored with the order (an
   * object or text); `null` where none are known.
   */
  readonly tracking: TrackingParams | TrackingParamsJSON | string | null | undefined;
  /** Whether it is paid. `false` is skipped, unless it is held; `true` ends a hold. */
  readonly paid?: boolean | null | undefined;
  /**
   * When it was paid: a `Date`, Unix seconds, or RFC 3339 text with an offset; now unless given.
   */
  readonly paidAt?: Date | number | string | null | undefined;
  /** The tax in the total, where the policy's `value` is without it. */
  readonly tax?: Amount | null | undefined;
  /** The shipping in the total, likewise. */
  readonly shipping?: Amount | null | undefined;
  /** Whether it renews a subscription: no new purchase, unless `reportRenewals`. */
  readonly renewal?: boolean | null | undefined;
  /** A time, or `"release"`: it waits for that, such as cash on delivery. */
  readonly holdUntil?: Date | number | string | "release" | null | undefined;
  /** The trace that it is reported in, as W3C `traceparent`. */
  readonly traceparent?: string | null | undefined;
}

/** How a document is read. */
export interface DocumentOptions extends EventOptions {
  /**
   * Whether JavaScript printed the text, so that integers past 2^53 have lost digits and are
   * refused. An object always counts as JavaScript's, text only where this says so.
   */
  readonly javascriptNumbers?: boolean | null | undefined;
}

/** How the wire's bytes are read back. */
export interface WireOptions extends Pick<EventOptions, "extraCurrencies" | "now"> {}
