import { inspect } from "node:util";
import { invalidArgument, nowOf, optionsOf, stringsOf } from "./arguments.js";
import { textOf, writeDocument } from "./document.js";
import { variable } from "./environment.js";
import type { Issue } from "./errors.js";
import { native } from "./native.js";
import { type EventHandle, shelve } from "./shelf.js";
import { TrackingParams } from "./tracking.js";
import { Writer } from "./writer.js";

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
  /** The moment of construction, for tests; the current time unless given. */
  readonly now?: Date | number | null | undefined;
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

/** How a document is read. */
export interface DocumentOptions extends EventOptions {
  /**
   * Whether JavaScript printed the text, so that integers past 2^53 have lost digits and are
   * refused. An object always counts as JavaScript's, text only where this says so.
   */
  readonly javascriptNumbers?: boolean | null | undefined;
}

interface Facts {
  readonly eventName: "Purchase" | "ViewContent";
  readonly orderId: string | null;
  readonly currency: string | null;
  readonly value: string | null;
  readonly eventTime: number;
  readonly warnings: readonly Issue[];
}

const DOCUMENT_OPTIONS = ["rounding", "extraCurrencies", "now", "javascriptNumbers"];

/** A valid conversion event; immutable. One that exists is valid. */
export class ConversionEvent {
  readonly #handle: EventHandle;
  #read: Facts | undefined;

  private constructor(handle: EventHandle) {
    this.#handle = handle;
  }

  /**
   * A Purchase.
   *
   * @throws {ValidationError} `invalid_event` with every problem, in the wire's names.
   */
  static purchase(input: PurchaseInput): ConversionEvent {
    return ConversionEvent.#build("Purchase", input);
  }

  /**
   * A ViewContent.
   *
   * @throws {ValidationError} `invalid_event` with every problem, in the wire's names.
   */
  static viewContent(input: ViewContentInput): ConversionEvent {
    return ConversionEvent.#build("ViewContent", input);
  }

  /**
   * Reads an input document, an object or text: the wire's shape and names, and `captured_at`
   * and `extra_payload`.
   *
   * @throws {ValidationError} `invalid_event` with every problem.
   */
  static fromJSON(document: object | string, options?: DocumentOptions): ConversionEvent {
    const given: DocumentOptions = optionsOf(options, DOCUMENT_OPTIONS);
    const isText = typeof document === "string";
    const writer = Writer.take();
    writer.json(isText ? document : textOf("document", document));
    return ConversionEvent.#check(writer, isText ? given.javascriptNumbers === true : true, given);
  }

  static #build(name: "Purchase" | "ViewContent", input: EventInput): ConversionEvent {
    if (typeof input !== "object" || input === null) {
      invalidArgument("input", "an object");
    }
    const tracking = input.tracking ?? undefined;
    if (tracking !== undefined && !(tracking instanceof TrackingParams)) {
      invalidArgument(
        "tracking",
        "an instance of TrackingParams (TrackingParams.fromJSON restores stored ones)",
      );
    }
    const writer = Writer.take();
    writeDocument(writer, name, tracking, input);
    return ConversionEvent.#check(writer, true, input);
  }

  static #check(document: Writer, javascript: boolean, options: EventOptions): ConversionEvent {
    const { rounding } = options;
    if (typeof rounding !== "string" && rounding !== undefined && rounding !== null) {
      invalidArgument("rounding", "a string");
    }
    const extraCurrencies =
      stringsOf("extraCurrencies", options.extraCurrencies) ?? variable("CONNECTLY_EXTRA_CURRENCIES");
    const now = nowOf(options.now);
    const handle = shelve(document, javascript, rounding ?? undefined, extraCurrencies, now);
    document.giveBack();
    return new ConversionEvent(handle);
  }

  get #facts(): Facts {
    const { shelf, place } = this.#handle;
    this.#read ??= JSON.parse(native.eventFacts(shelf, place)) as Facts;
    return this.#read;
  }

  /** `Purchase` or `ViewContent`. */
  get eventName(): "Purchase" | "ViewContent" {
    return this.#facts.eventName;
  }

  /** The order's id. */
  get orderId(): string | undefined {
    return this.#facts.orderId ?? undefined;
  }

  /** The currency, in upper case. */
  get currency(): string | undefined {
    return this.#facts.currency ?? undefined;
  }

  /** The total as decimal text, exact. */
  get value(): string | undefined {
    return this.#facts.value ?? undefined;
  }

  /** When the order was placed, in Unix seconds. */
  get eventTime(): number {
    return this.#facts.eventTime;
  }

  /** Problems that do not refuse the event. */
  get warnings(): readonly Issue[] {
    return this.#facts.warnings;
  }

  /** The exact bytes that go out: UTF-8 JSON. */
  toWire(): Buffer {
    return native.eventWire(this.#handle.shelf, this.#handle.place);
  }

  /** Whether the same bytes go out. */
  equals(other: ConversionEvent): boolean {
    return this.toWire().equals(other.toWire());
  }

  /** Without the tracking values: they tell who the customer is. */
  [inspect.custom](): string {
    const { eventName, orderId, currency, value, eventTime } = this.#facts;
    return `ConversionEvent ${inspect({ eventName, orderId, currency, value, eventTime })}`;
  }

  /** @internal */
  static handleOf(event: unknown): EventHandle {
    if (typeof event !== "object" || event === null || !(#handle in event)) {
      invalidArgument("event", "a ConversionEvent");
    }
    return event.#handle;
  }
}
