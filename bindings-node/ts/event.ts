import { inspect } from "node:util";
import { invalidArgument, nowOf, optionsOf, secondsOf, stringsOf } from "./arguments.js";
import { documentOf } from "./document.js";
import { variable } from "./environment.js";
import { errorOfText, type Issue, ValidationError } from "./errors.js";
import type {
  DocumentOptions,
  EventInput,
  EventOptions,
  PurchaseInput,
  ViewContentInput,
  WireOptions,
} from "./input.js";
import { textOf } from "./json.js";
import { type EventHandle, native } from "./native.js";
import { TrackingParams } from "./tracking.js";

/** An event as it is stored: an input document with a mark. Its other members are not promised. */
export interface StoredEvent {
  readonly stored_event: number;
  readonly [member: string]: unknown;
}

interface Facts {
  readonly eventName: "Purchase" | "ViewContent";
  readonly orderId: string | null;
  readonly currency: string | null;
  readonly value: string | null;
  readonly contentType: string | null;
  readonly contentIds: readonly string[];
  readonly numItems: number | null;
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
    return ConversionEvent.build("Purchase", input);
  }

  /**
   * A ViewContent.
   *
   * @throws {ValidationError} `invalid_event` with every problem, in the wire's names.
   */
  static viewContent(input: ViewContentInput): ConversionEvent {
    return ConversionEvent.build("ViewContent", input);
  }

  /**
   * Reads what {@link ConversionEvent.toJSON} gave, or an input document (the wire's shape and
   * names, and `captured_at` and `extra_payload`); an object or text.
   *
   * @throws {ValidationError} `invalid_event` with every problem.
   */
  static fromJSON(document: object | string, options?: DocumentOptions): ConversionEvent {
    const given: DocumentOptions = optionsOf(options, DOCUMENT_OPTIONS);
    const isText = typeof document === "string";
    const isJavascript = isText ? given.javascriptNumbers === true : true;
    try {
      return ConversionEvent.#check(
        isText ? document : textOf("document", document),
        isJavascript,
        false,
        given,
      );
    } catch (error) {
      if (error instanceof ValidationError && isEmpty(document)) {
        error.message +=
          "; structuredClone and postMessage keep nothing of a ConversionEvent: hand its toJSON() over";
      }
      throw error;
    }
  }

  /**
   * Reads what {@link ConversionEvent.toWire} gave, strictly: every digit of an amount is meant.
   *
   * @throws {ValidationError} `invalid_event` with every problem.
   */
  static fromWire(wire: Uint8Array, options?: WireOptions): ConversionEvent {
    const { extraCurrencies, now } = optionsOf<WireOptions>(options, ["extraCurrencies", "now"]);
    if (!(wire instanceof Uint8Array)) {
      invalidArgument("wire", "a Buffer or a Uint8Array");
    }
    return ConversionEvent.#of(native.readWire(wire, codesOf(extraCurrencies), nowOf(now)));
  }

  /** @internal Where `rounding` is left out it is the client's. */
  static build(
    name: "Purchase" | "ViewContent",
    input: EventInput,
    rounding?: EventOptions["rounding"],
  ): ConversionEvent {
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
    const { extraCurrencies, now } = input;
    const options = { rounding: input.rounding ?? rounding, extraCurrencies, now };
    return ConversionEvent.#check(documentOf(name, tracking, input), true, true, options);
  }

  static #check(
    document: string,
    isJavascript: boolean,
    fromArguments: boolean,
    options: EventOptions,
  ): ConversionEvent {
    const { rounding } = options;
    if (typeof rounding !== "string" && rounding !== undefined && rounding !== null) {
      invalidArgument("rounding", "a string");
    }
    const built = native.buildEvent(
      document,
      isJavascript,
      fromArguments,
      rounding ?? undefined,
      codesOf(options.extraCurrencies),
      secondsOf("now", options.now),
      Math.floor(Date.now() / 1000),
    );
    return ConversionEvent.#of(built);
  }

  static #of(built: EventHandle | string): ConversionEvent {
    if (typeof built === "string") {
      throw errorOfText(built);
    }
    return new ConversionEvent(built);
  }

  get #facts(): Facts {
    this.#read ??= JSON.parse(native.eventFacts(this.#handle)) as Facts;
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

  /** What kind of ids the products have: as given, or `product` where there are items. */
  get contentType(): string | undefined {
    return this.#facts.contentType ?? undefined;
  }

  /** The products' ids: as given, or those of the items, each once. */
  get contentIds(): readonly string[] {
    return this.#facts.contentIds;
  }

  /** How many pieces: as given, or the sum of the items' quantities. */
  get numItems(): number | undefined {
    return this.#facts.numItems ?? undefined;
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
    return native.eventWire(this.#handle);
  }

  /**
   * The stored form, for `JSON.stringify`, a job queue or a JSON column: {@link ConversionEvent.fromJSON}
   * gives the same event back, warnings included, whatever the time. Its amounts are text.
   *
   * `structuredClone` and `postMessage` keep nothing of an event: hand this over.
   */
  toJSON(): StoredEvent {
    return JSON.parse(native.eventJson(this.#handle)) as StoredEvent;
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

/** What `structuredClone` makes of an event. */
function isEmpty(document: object | string): boolean {
  return typeof document === "object" && document !== null && Object.keys(document).length === 0;
}

/** Codes of currencies newer than this release: as given, or those of the environment. */
function codesOf(given: EventOptions["extraCurrencies"]): string[] | string {
  return stringsOf("extraCurrencies", given) ?? variable("CONNECTLY_EXTRA_CURRENCIES");
}
