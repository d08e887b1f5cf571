import { type NativeBridge, native } from "./native.js";
import { warnOnce } from "./warning.js";

/** What awaits answers. */
export interface Taker {
  take(record: unknown): void;
}

/**
 * The calls that await an answer. They hold the event loop together: while there is one the
 * process stays, and an idle client or worker holds nothing.
 */
class Calls {
  readonly #pending = new Map<number, Taker>();
  readonly #holding = new Set<number>();
  readonly #bridge: NativeBridge;
  #lastId = 0;

  constructor() {
    this.#bridge = new native.CallbackBridge((text) => {
      // Ids and records in turn.
      const answers = JSON.parse(text) as unknown[];
      for (let index = 0; index < answers.length; index += 2) {
        this.#pending.get(answers[index] as number)?.take(answers[index + 1]);
      }
      // An answer may have told that the machine's clock is wrong.
      const warning = native.clockWarning();
      if (warning !== null) {
        warnOnce([warning]);
      }
    });
  }

  get bridge(): NativeBridge {
    return this.#bridge;
  }

  /** An id for a call. */
  newId(): number {
    // An id is free again after four billion calls, unless a call lasts as long.
    do {
      this.#lastId = (this.#lastId + 1) >>> 0;
    } while (this.#pending.has(this.#lastId));
    return this.#lastId;
  }

  /** The call awaits answers, which this takes until it ends. */
  begin(id: number, taker: Taker): void {
    this.listen(id, taker);
    this.hold(id);
  }

  /** As {@link Calls.begin}, for one that the process does not stay for. */
  listen(id: number, taker: Taker): void {
    this.#pending.set(id, taker);
  }

  /** The process stays for this call. */
  hold(id: number): void {
    if (this.#holding.size === 0) {
      this.#bridge.hold();
    }
    this.#holding.add(id);
  }

  /** The process does not stay for this call any more. */
  letGo(id: number): void {
    if (this.#holding.delete(id) && this.#holding.size === 0) {
      this.#bridge.release();
    }
  }

  /** The call is over: an answer that still comes is nobody's. */
  end(id: number): void {
    this.#pending.delete(id);
    this.letGo(id);
  }
}

let calls: Calls | undefined;

/** This thread's calls; nothing native begins before the first. */
export function theCalls(): Calls {
  calls ??= new Calls();
  return calls;
}
