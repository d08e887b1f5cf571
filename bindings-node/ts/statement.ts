import { invalidArgument } from "./arguments.js";
import { errorOf, errorOfText } from "./errors.js";
import type { Enqueued } from "./ledger.js";
import type { NativeStatement } from "./native.js";
import type { StatementStyle } from "./outbox-options.js";
import type { Failed } from "./records.js";

/** The value of a parameter. */
export type SqlValue = string | number | Buffer | null;

/** The parameters of a statement: a list where they are numbered, else by name. */
export type StatementParameters<S extends StatementStyle> = S extends "numeric"
  ? SqlValue[]
  : Record<string, SqlValue>;

/** The row that a statement answers with; drivers differ in how they give a `bigint`. */
export interface StatementRow {
  readonly id: number | bigint | string;
  readonly state: string;
  readonly effect: string;
}

/**
 * One SQL statement that enqueues an event in the transaction that runs it. It answers with one
 * row, which {@link Statement.enqueued} reads.
 */
export class Statement<S extends StatementStyle = StatementStyle> {
  readonly #native: NativeStatement;
  /** The same text for every event. */
  readonly sql: string;
  /** In the order of their numbers, or by name. */
  readonly parameters: StatementParameters<S>;

  private constructor(native: NativeStatement, style: S) {
    this.#native = native;
    const { sql, names, values } = native;
    this.sql = sql;
    this.parameters = (
      style === "numeric" ? values : Object.fromEntries(names.map((name, index) => [name, values[index]]))
    ) as StatementParameters<S>;
  }

  /** @internal */
  static of<S extends StatementStyle>(written: NativeStatement | string, style: S): Statement<S> {
    if (typeof written === "string") {
      throw errorOfText(written);
    }
    return new Statement(written, style);
  }

  /** What the row says that it answered with. */
  enqueued(row: StatementRow): Enqueued {
    return this.read<Enqueued>(row);
  }

  /** @internal */
  read<T>(row: StatementRow): T {
    if (typeof row !== "object" || row === null) {
      invalidArgument("row", "the row that the statement answered with");
    }
    const read = this.#native.read(Number(row.id), String(row.state), String(row.effect));
    const answer = JSON.parse(read) as { readonly done: T } | Failed;
    if ("error" in answer) {
      throw errorOf(answer.error);
    }
    return answer.done;
  }
}

export function styleOf(given: unknown): string {
  if (given !== undefined && given !== null && typeof given !== "string") {
    invalidArgument("style", "a string");
  }
  return given ?? "numeric";
}
