import { type NativePort, native } from "./native.js";

/** What awaits answers. */
export interface Taker {
  take(record: unknown): void;
}

/**
 * The calls that await an answer. They hold the event loop together: while there is one the
 * process stays, and an idle client holds nothing.
 */
class Calls {
  readonly #pending = new Map<number, Taker>();
  readonly #port: NativePort;
  #lastId = 0;

  constructor() {
    this.#port = new native.Port((text) => {
      // Ids and records in turn.
      const answers = JSON.parse(text) as unknown[];
      for (let index = 0; index < answers.length; index += 2) {
        this.#pending.get(answers[index] as number)?.take(answers[index + 1]);
      }
    });
  }

  get port(): NativePort {
    return this.#port;
  }

  /** A call begins: its id, and what takes its answers until it ends. */
  begin(taker: Taker): number {
    // An id is free again after four billion calls, unless a call lasts as long.
    do {
      this.#lastId = (this.#lastId + 1) >>> 0;
    } while (this.#pending.has(this.#lastId));
    if (this.#pending.size === 0) {
      this.#port.hold();
    }
    this.#pending.set(this.#lastId, taker);
    return this.#lastId;
  }

  /** The call is over: an answer that still comes is nobody's. */
  end(id: number): void {
    if (this.#pending.delete(id) && this.#pending.size === 0) {
      this.#port.release();
    }
  }
}

let calls: Calls | undefined;

/** This thread's calls; nothing native begins before the first. */
export function theCalls(): Calls {
  calls ??= new Calls();
  return calls;
}
