/** The calls of one client whose answers are awaited. */
export class InFlight {
  readonly #calls = new Set<object>();
  #whenEnded: (() => void)[] = [];

  get isEmpty(): boolean {
    return this.#calls.size === 0;
  }

  add(call: object): void {
    this.#calls.add(call);
  }

  /** The call has been answered, or nobody waits for it any more. */
  delete(call: object): void {
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
}
