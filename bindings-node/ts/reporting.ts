/** What becomes of an order that a shop reports. The core decides; a checkout never fails of it. */

import { invalidArgument, millisecondsOf, nowOf, optionsOf, stringsOf, textOption } from "./arguments.js";
import { call } from "./calling.js";
import type { OMISSIONS } from "./codes.js";
import { orderOf } from "./document.js";
import { variable } from "./environment.js";
import { errorOf } from "./errors.js";
import type { OrderInput } from "./input.js";
import { textOf } from "./json.js";
import type { NativeOutbox, NativeStatement } from "./native.js";
import type { StatementStyle } from "./outbox-options.js";
import type { Failed, Issue } from "./records.js";
import { Statement, type StatementParameters, type StatementRow, styleOf } from "./statement.js";
import { TrackingParams } from "./tracking.js";

/** Why an order is deliberately not reported. */
export type Omission = (typeof OMISSIONS)[number];

/** A statement as a driver runs it: its parameters are a list, or by name where they are named. */
export interface RunStatement<S extends StatementStyle = "numeric"> {
  readonly sql: string;
  readonly parameters: StatementParameters<S>;
}

/** The rows that a driver gave: a list (Prisma), or the member `rows` (`pg`, Knex). */
export type StatementRows = readonly unknown[] | { readonly rows: readonly unknown[] };

/** What a shop reports. */
export interface ReportOptions<S extends StatementStyle = "numeric"> {
  /** What is reported of the total: all of it unless given. `net` is without tax and shipping. */
  readonly value?: "total" | "without_tax" | "without_shipping" | "net" | null | undefined;
  /** Whether orders that are not paid are reported. */
  readonly reportUnpaid?: boolean | null | undefined;
  /** Whether orders of the value 0 are reported. */
  readonly reportZero?: boolean | null | undefined;
  /** Whether renewals of subscriptions are reported. */
  readonly reportRenewals?: boolean | null | undefined;
  /** Asked whether an order is left out, such as one of staff or a test: `true`, or why. */
  skipIf?(order: OrderInput): Excluded | Promise<Excluded>;
  /**
   * Runs a statement in the shop's own transaction on PostgreSQL, with the shop's own driver: rolled
   * back means never sent, committed means sent. It is called a few times, since a savepoint keeps
   * what fails here from the order.
   */
  within?(statement: RunStatement<S>): PromiseLike<StatementRows>;
  /** How that driver writes parameters; `"numeric"` unless given. */
  readonly style?: S | null | undefined;
  /** Throws what goes wrong, instead of returning `failed`. */
  readonly strict?: boolean | null | undefined;
}

type Excluded = boolean | string | null | undefined;

/** What became of an order. */
export type Report =
  /** It is stored and will be sent. */
  | { readonly result: "queued"; readonly id: number }
  /** It is stored, and waits for a time or for `release`. */
  | { readonly result: "held"; readonly id: number }
  /** The order was there before and stays as it was; `conflict`: this report has another content. */
  | { readonly result: "duplicate"; readonly id: number; readonly conflict: boolean }
  /** The customer did not come from an ad, as far as is known. The ledger has the order. */
  | { readonly result: "not_attributed" }
  /** It is deliberately not reported, and the ledger says so: an {@link Omission} or the shop's word. */
  | { readonly result: "skipped"; readonly reason: Omission | (string & {}) }
  /** The event breaks a rule; every problem. It is kept as a dead letter, to be repaired. */
  | { readonly result: "invalid"; readonly issues: readonly Issue[] }
  /** Nothing is known to be stored, and why. */
  | { readonly result: "failed"; readonly error: unknown };

/** As the core tells it. */
interface Reported {
  readonly result: Exclude<Report["result"], "failed">;
  readonly id: number;
  readonly conflict: boolean;
  readonly reason: string;
  readonly issues: readonly Issue[];
}

const POLICY = ["value", "reportUnpaid", "reportZero", "reportRenewals"];
const OPTIONS = [...POLICY, "skipIf", "within", "style", "strict"];

/** Reports an order. It rejects only where the options are `strict`. */
export async function reportPurchase<S extends StatementStyle>(
  outbox: NativeOutbox,
  order: OrderInput,
  options: ReportOptions<S> | undefined,
): Promise<Report> {
  try {
    return reportOf(await write(outbox, order, options));
  } catch (error) {
    if (options?.strict === true) {
      throw error;
    }
    process.emitWarning(`order ${order?.orderId} could not be reported: ${messageOf(error)}`);
    return { result: "failed", error };
  }
}

async function write<S extends StatementStyle>(
  outbox: NativeOutbox,
  order: OrderInput,
  options: ReportOptions<S> | undefined,
): Promise<Reported> {
  const { skipIf, within, style, strict: _, ...policy } = optionsOf<ReportOptions<S>>(options, OPTIONS);
  const excluded = await skipIf?.(order);
  const members = orderOf(order, typeof excluded === "string" ? excluded || null : excluded ? true : null);
  const tracking = storedOf(order.tracking);
  const settings = textOf("options", {
    ...policy,
    rounding: order.rounding,
    extraCurrencies:
      stringsOf("extraCurrencies", order.extraCurrencies) ?? variable("CONNECTLY_EXTRA_CURRENCIES"),
    now: nowOf(order.now),
  });
  const { holdUntil } = order;
  const hold = holdUntil === "release" ? holdUntil : millisecondsOf("holdUntil", holdUntil);
  const trace = textOption("traceparent", order.traceparent);
  if (within !== undefined && within !== null) {
    const written = outbox.reportStatement(members, tracking, settings, styleOf(style), hold, trace);
    return await run(written, within, styleOf(style) as S);
  }
  return await call<Reported>((bridge, id) =>
    outbox.report(bridge, id, members, tracking, settings, hold, trace),
  );
}

/** Runs what is to be written in the shop's transaction; nothing is, where there is nothing to compare. */
async function run<S extends StatementStyle>(
  written: NativeStatement | string,
  within: NonNullable<ReportOptions<S>["within"]>,
  style: S,
): Promise<Reported> {
  if (typeof written === "string") {
    const answer = JSON.parse(written) as { readonly done: Reported } | Failed;
    if ("error" in answer) {
      throw errorOf(answer.error);
    }
    return answer.done;
  }
  const statement = Statement.of<S>(written, style);
  const command = (sql: string) =>
    within({ sql, parameters: (style === "numeric" ? [] : {}) as StatementParameters<S> });
  // A statement that fails spoils the transaction around it, and the order with it.
  await command("SAVEPOINT connectly");
  try {
    const { sql, parameters } = statement;
    const answer = await within({ sql, parameters });
    const [row] = "rows" in answer ? answer.rows : answer;
    const reported = statement.read<Reported>(row as StatementRow);
    await command("RELEASE SAVEPOINT connectly");
    return reported;
  } catch (error) {
    // A transaction that is lost says so itself.
    await Promise.resolve(command("ROLLBACK TO SAVEPOINT connectly")).catch(() => {});
    throw error;
  }
}

/** The stored form of an order's params. */
function storedOf(tracking: OrderInput["tracking"]): string | undefined {
  if (tracking === undefined || tracking === null || tracking === "null") {
    // `JSON.stringify` made a text of nothing.
    return undefined;
  }
  if (typeof tracking === "string") {
    return tracking;
  }
  if ("then" in tracking) {
    invalidArgument("tracking", "a TrackingParams or its stored form, not a promise of it (await it first)");
  }
  return tracking instanceof TrackingParams ? tracking.toString() : textOf("tracking", tracking);
}

function reportOf({ result, id, conflict, reason, issues }: Reported): Report {
  switch (result) {
    case "queued":
    case "held":
      return { result, id };
    case "duplicate":
      return { result, id, conflict };
    case "not_attributed":
      return { result };
    case "skipped":
      return { result, reason };
    case "invalid":
      return { result, issues };
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
