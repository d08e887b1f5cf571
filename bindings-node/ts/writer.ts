const ROOM = 4096;
/** A writer that had to grow past this is not kept. */
const MOST_ROOM = 16 * ROOM;
const [SPACE, QUOTE, BACKSLASH, TILDE, OPENING] = [0x20, 0x22, 0x5c, 0x7e, 0x7b];
const encoder = new TextEncoder();

/**
 * Writes JSON as the UTF-8 bytes that the native half reads where they are. A tree of objects for
 * `JSON.stringify` costs half as much again, and a text of many pieces three times as much: both have to be
 * copied once more on their way.
 */
export class Writer {
  static #spare: Writer | undefined;
  #bytes = new Uint8Array(ROOM);
  #length = 0;

  get bytes(): Uint8Array {
    return this.#bytes;
  }

  get length(): number {
    return this.#length;
  }

  /** One for the caller alone: a getter or a `toJSON` of what is written may build events too. */
  static take(): Writer {
    const writer = Writer.#spare ?? new Writer();
    Writer.#spare = undefined;
    return writer;
  }

  /** What was written has been read. */
  giveBack(): void {
    if (this.#bytes.length <= MOST_ROOM) {
      this.#length = 0;
      Writer.#spare = this;
    }
  }

  /** Adds what is JSON already, and ASCII; from this index on. */
  raw(text: string, from = 0): void {
    this.#reserve(text.length);
    const bytes = this.#bytes;
    let at = this.#length;
    for (let index = from; index < text.length; index++) {
      bytes[at++] = text.charCodeAt(index);
    }
    this.#length = at;
  }

  /** Adds a member's name: a comma, the quoted name, a colon. The first of an object has no comma. */
  name(text: string): void {
    this.raw(text, this.#bytes[this.#length - 1] === OPENING ? 1 : 0);
  }

  /** Adds a string. */
  string(text: string): void {
    this.#reserve(text.length + 2);
    const bytes = this.#bytes;
    let at = this.#length;
    bytes[at++] = QUOTE;
    for (let index = 0; index < text.length; index++) {
      const code = text.charCodeAt(index);
      if (code < SPACE || code > TILDE || code === QUOTE || code === BACKSLASH) {
        this.json(JSON.stringify(text));
        return;
      }
      bytes[at++] = code;
    }
    bytes[at++] = QUOTE;
    this.#length = at;
  }

  /** Adds what is JSON already. */
  json(text: string): void {
    this.#reserve(text.length * 3);
    this.#length += encoder.encodeInto(text, this.#bytes.subarray(this.#length)).written;
  }

  #reserve(count: number): void {
    const needed = this.#length + count;
    if (needed > this.#bytes.length) {
      const bytes = new Uint8Array(needed * 2);
      bytes.set(this.#bytes);
      this.#bytes = bytes;
    }
  }
}
