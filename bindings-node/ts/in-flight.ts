/** A call whose answer is awaited, as its client sees it. */
export interface Cancellable {
  /** Ends it now, as if the API had not answered. */
  cancel(): void;
}

/** The calls of one client whose answers are awaited. */
export class InFlight {
  readonly #calls = new Set<Cancellable>();
  #whenEnded: (() => void)[] = [];
  #isOver = false;

  get isEmpty(): boolean {
    return this.#calls.size === 0;
  }

  add(call: Cancellable): void {
    this.#calls.add(call);
    if (this.#isOver) {
      call.cancel();
    }
  }

  /** The call has been answered, or nobody waits for it any more. */
  delete(call: Cancellable): void {
    this.#calls.delete(call);
    if (this.isEmpty) {
      for (const tell of this.#whenEnded.splice(0)) {
        tell();
      }
    }
  }

  /** Settles once no answer is awaited. */
  async ended(): Promise<void> {
    if (!this.isEmpty) {
      await new Promise<void>((resolve) => this.#whenEnded.push(resolve));
    }
  }

  /** Ends them all, and whatever a batch still begins. */
  cancel(): void {
    this.#isOver = true;
    for (const call of [...this.#calls]) {
      call.cancel();
    }
  }
}
