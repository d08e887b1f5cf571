import { invalidArgument } from "./arguments.js";
import { ConversionEvent } from "./event.js";

/** Any iterable of events, read one at a time. */
export type Events = Iterable<ConversionEvent> | AsyncIterable<ConversionEvent>;

/** Reads a batch's events, and never asks for one before the last has come. */
export class Source {
  readonly #iterator: Iterator<ConversionEvent> | AsyncIterator<ConversionEvent>;
  readonly #hasCome: () => void;
  #event: ConversionEvent | undefined;
  #isAsked = false;
  #isEnded = false;
  #failure: { readonly reason: unknown } | undefined;

  /** `hasCome` is called where an event that had to be waited for has come. */
  constructor(events: Events, hasCome: () => void) {
    this.#iterator =
      Symbol.asyncIterator in events ? events[Symbol.asyncIterator]() : events[Symbol.iterator]();
    this.#hasCome = hasCome;
  }

  /** There are no more events. */
  get isEnded(): boolean {
    return this.#isEnded && this.#event === undefined;
  }

  /** Why there are no more, where the source threw. */
  get failure(): { readonly reason: unknown } | undefined {
    return this.#failure;
  }

  /** The next event, if it has come already. */
  take(): ConversionEvent | undefined {
    if (this.#event === undefined && !this.#isAsked && !this.#isEnded) {
      this.#ask();
    }
    const event = this.#event;
    this.#event = undefined;
    return event;
  }

  /** No more are wanted: the source lets go of what it holds. */
  async close(): Promise<void> {
    if (!this.#isEnded) {
      this.#isEnded = true;
      const closed = this.#iterator.return?.();
      if (this.#isAsked) {
        // A generator closes once its next event has come, which may be never.
        Promise.resolve(closed).catch(() => {});
      } else {
        await closed;
      }
    }
  }

  #ask(): void {
    try {
      const next = this.#iterator.next();
      if (!("then" in next)) {
        this.#accept(next);
        return;
      }
      this.#isAsked = true;
      const ended = (settle: () => void): void => {
        this.#isAsked = false;
        settle();
        this.#hasCome();
      };
      next.then(
        (result) => ended(() => this.#accept(result)),
        (reason) => ended(() => this.#fail(reason)),
      );
    } catch (reason) {
      this.#fail(reason);
    }
  }

  #accept(result: IteratorResult<ConversionEvent>): void {
    if (result.done) {
      this.#isEnded = true;
      return;
    }
    try {
      ConversionEvent.handleOf(result.value);
    } catch (reason) {
      this.close().catch(() => {});
      this.#fail(reason);
      return;
    }
    if (!this.#isEnded) {
      this.#event = result.value;
    }
  }

  #fail(reason: unknown): void {
    this.#isEnded = true;
    this.#failure = { reason };
  }
}

/** What is wrong with an array is told before anything is sent. */
export function checkEvents(events: unknown): void {
  if (Array.isArray(events)) {
    for (const event of events) {
      ConversionEvent.handleOf(event);
    }
  } else if (
    typeof events !== "object" ||
    events === null ||
    !(Symbol.iterator in events || Symbol.asyncIterator in events)
  ) {
    invalidArgument("events", "an iterable of ConversionEvent");
  }
}
