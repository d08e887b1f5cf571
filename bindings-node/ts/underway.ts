/** A call under way, as its client sees it. */
export interface Under {
  /** Ends it now, as if the API had not answered. */
  cutOff(): void;
}

/** The calls of one client under way. */
export class Underway {
  readonly #calls = new Set<Under>();
  #whenEnded: (() => void)[] = [];

  add(call: Under): void {
    this.#calls.add(call);
  }

  /** The call has ended. */
  delete(call: Under): void {
    this.#calls.delete(call);
    if (this.#calls.size === 0) {
      for (const tell of this.#whenEnded.splice(0)) {
        tell();
      }
    }
  }

  /** Settles once nothing is under way; a closed client begins nothing more. */
  async ended(): Promise<void> {
    if (this.#calls.size > 0) {
      await new Promise<void>((resolve) => this.#whenEnded.push(resolve));
    }
  }

  cutOff(): void {
    for (const call of [...this.#calls]) {
      call.cutOff();
    }
  }
}
