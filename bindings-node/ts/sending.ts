import { errorOfText } from "./errors.js";
import { type ClientHandle, native } from "./native.js";
import { type Taker, theCalls } from "./port.js";
import type { ResultRecord } from "./records.js";
import type { EventHandle } from "./shelf.js";
import type { Under, Underway } from "./underway.js";

/** One `send`, from its request to its record. */
export class Sending implements Taker, Under {
  readonly #underway: Underway;
  readonly #event: EventHandle;
  readonly #signal: AbortSignal | undefined;
  #id = 0;
  #resolve!: (record: ResultRecord) => void;
  #reject!: (reason: unknown) => void;

  constructor(underway: Underway, event: EventHandle, signal: AbortSignal | undefined) {
    this.#underway = underway;
    this.#event = event;
    this.#signal = signal;
  }

  /** Begins the request; its record, or the signal's reason. */
  begin(client: ClientHandle, timeout: number | undefined): Promise<ResultRecord> {
    const calls = theCalls();
    const { shelf, place } = this.#event;
    this.#id = calls.begin(this);
    const refused = calls.port.send(this.#id, client, shelf, place, timeout);
    if (refused !== null) {
      calls.end(this.#id);
      throw errorOfText(refused);
    }
    this.#underway.add(this);
    this.#signal?.addEventListener("abort", this, { once: true });
    return new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
  }

  take(record: unknown): void {
    this.#end();
    this.#resolve(record as ResultRecord);
  }

  cutOff(): void {
    theCalls().port.stop(this.#id);
    this.take(JSON.parse(native.cutOff(this.#event.shelf, this.#event.place)));
  }

  /** The signal was aborted. */
  handleEvent(): void {
    theCalls().port.stop(this.#id);
    this.#end();
    this.#reject(this.#signal?.reason);
  }

  #end(): void {
    theCalls().end(this.#id);
    this.#underway.delete(this);
    this.#signal?.removeEventListener("abort", this);
  }
}
