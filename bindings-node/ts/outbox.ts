import { invalidArgument, millisecondsOf, optionsOf, textOption, timeoutOf } from "./arguments.js";
import { call } from "./calling.js";
import type { Client, CloseOptions } from "./client.js";
import { ourVariables } from "./environment.js";
import { errorOfText } from "./errors.js";
import { ConversionEvent } from "./event.js";
import type { OrderInput } from "./input.js";
import { textOf } from "./json.js";
import {
  type Changed,
  type Counts,
  type Delivered,
  type Enqueued,
  type Forgotten,
  metricsOf,
  type OutboxMetrics,
  type OutboxRecord,
  type Replayed,
  recordOf,
  recordsOf,
  replayedOf,
  type Told,
  told,
} from "./ledger.js";
import { type EventHandle, type NativeOutbox, native } from "./native.js";
import type { OutboxOptions } from "./options.js";
import type {
  DeadLettersOptions,
  EnqueueOptions,
  ReplayOptions,
  SkipOptions,
  StatementOptions,
  StatementStyle,
} from "./outbox-options.js";
import { type Report, type ReportOptions, reportPurchase } from "./reporting.js";
import { checkEvents, type Events } from "./source.js";
import { Statement, styleOf } from "./statement.js";
import {
  eventNameOf,
  meant,
  meantToForget,
  meantToReplay,
  type OfTracking,
  type OutboxTarget,
  orderIdOf,
  type ReplayTarget,
} from "./target.js";
import { warnOnce } from "./warning.js";
import { type DeliverOptions, deliver, Worker, type WorkerOptions } from "./worker.js";

const ENQUEUE = ["holdUntil", "traceparent"];

/**
 * The durable queue and ledger: an event that it accepted is never lost, an order is never counted
 * twice, and of every order it tells what became of it.
 *
 * Nothing is opened before the first use. The file is read and written on a thread of its own: no
 * call blocks the event loop, and a pending one holds the process. As many processes of one machine
 * as one likes may share the file.
 *
 * Every call that the database fails rejects with an {@link OutboxError}.
 */
export class Outbox {
  readonly #native: NativeOutbox;
  readonly #workers = new Set<Worker>();
  #warned: Promise<void> | undefined;

  private constructor(opened: NativeOutbox) {
    this.#native = opened;
  }

  /**
   * The outbox in the file of `sqlite:///absolute/path`, or in the database of
   * `postgresql://user:password@host/database`, which many machines share.
   *
   * @throws {ConfigurationError} where the URL or a setting cannot be used.
   */
  static open(url: string, options?: OutboxOptions): Outbox {
    if (typeof url !== "string") {
      invalidArgument("url", "a string");
    }
    const opened = native.openOutbox(url, textOf("options", options ?? {}), ourVariables());
    if (typeof opened === "string") {
      throw errorOfText(opened);
    }
    return new Outbox(opened);
  }

  /**
   * Takes an event. When this resolves, the event is on the disk; where that cannot be said within
   * the time limit, it rejects: then the event may still come to be stored, and enqueueing it again
   * does no harm if it has an order id.
   *
   * @throws {OutboxError} where it was not stored, or nobody knows.
   */
  async enqueue(event: ConversionEvent, options?: EnqueueOptions): Promise<Enqueued> {
    const handle = ConversionEvent.handleOf(event);
    const { hold, trace } = enqueueOptionsOf(options);
    this.#use();
    return await call<Enqueued>((bridge, id) => this.#native.enqueue(bridge, id, handle, hold, trace));
  }

  /**
   * The statement that enqueues an event on PostgreSQL, for a transaction of the shop's own, run by
   * the shop's own driver: rolled back means never sent, committed means sent.
   *
   * @throws {ConfigurationError} for an option that cannot be used.
   */
  insertStatement<S extends StatementStyle = "numeric">(
    event: ConversionEvent,
    options?: StatementOptions<S>,
  ): Statement<S> {
    const handle = ConversionEvent.handleOf(event);
    const { style, ...rest } = optionsOf<StatementOptions<S>>(options, ["style", ...ENQUEUE]);
    const written = styleOf(style);
    const { hold, trace } = enqueueOptionsOf(rest);
    return Statement.of<S>(this.#native.insertStatement(handle, written, hold, trace), written as S);
  }

  /** Takes many events in one transaction: all of them, or none. Without a time limit. */
  async enqueueMany(events: Events): Promise<Enqueued[]> {
    checkEvents(events);
    const handles: EventHandle[] = [];
    for await (const event of events) {
      handles.push(ConversionEvent.handleOf(event));
    }
    this.#use();
    return await call<Enqueued[]>((bridge, id) => this.#native.enqueueMany(bridge, id, handles));
  }

  /**
   * Reports an order, or writes down why it is not reported. It never rejects, unless the options
   * are `strict`: a checkout goes on, whatever became of it.
   */
  async reportPurchase<S extends StatementStyle = "numeric">(
    order: OrderInput,
    options?: ReportOptions<S>,
  ): Promise<Report> {
    this.#use();
    return await reportPurchase(this.#native, order, options);
  }

  /**
   * Writes down that an order is deliberately not reported, and why. An event of it that was not
   * sent yet is cancelled.
   */
  async skip(orderId: string | number, reason: string, options?: SkipOptions): Promise<Changed> {
    const { eventName } = optionsOf<SkipOptions>(options, ["eventName"]);
    if (typeof reason !== "string") {
      invalidArgument("reason", "a string");
    }
    const order = { orderId: orderIdOf("orderId", orderId), eventName: eventNameOf(eventName) };
    return told(await this.#ask({ ask: "skip", ...order, reason }));
  }

  /** Lets a held event go. */
  async release(target: OutboxTarget): Promise<Changed> {
    return told(await this.#ask({ ask: "release", target: meant(target) }));
  }

  /** Takes back an event that was not sent: one that is held or pending. */
  async cancel(target: OutboxTarget, reason?: string): Promise<Changed> {
    const why = textOption("reason", reason) ?? null;
    return told(await this.#ask({ ask: "cancel", target: meant(target), reason: why }));
  }

  /**
   * Erases what is stored of a customer: wire bytes, order id, money, and all that was said of
   * them. What stays proves that the conversion was there and what became of it. An event that was
   * not sent yet never is; one under way is erased as soon as its attempt has ended.
   */
  async forget(target: OutboxTarget | OfTracking): Promise<Forgotten> {
    return told(await this.#ask({ ask: "forget", target: meantToForget(target) }));
  }

  /** What became of an event; `null` where the outbox knows nothing of it. */
  async status(target: OutboxTarget): Promise<OutboxRecord | null> {
    const record = await this.#ask<Told | null>({ ask: "status", target: meant(target) });
    return record && recordOf(record);
  }

  /**
   * Events that ended without success, rejected or dead, in the order of their ids; `after` is the
   * id that they begin after.
   */
  async *deadLetters(options?: DeadLettersOptions): AsyncGenerator<OutboxRecord, void, undefined> {
    const after = optionsOf<DeadLettersOptions>(options, ["after"]).after ?? 0;
    if (!Number.isSafeInteger(after)) {
      invalidArgument("after", "a whole number");
    }
    yield* recordsOf(after, (page) => this.#ask<Told[]>({ ask: "deadLetters", ...page }));
  }

  /**
   * Sends dead letters again. What may have been recorded goes only within 48 hours of that
   * attempt, or with `force`, which takes the risk that the order counts twice. With `plan` it only
   * tells what it would do, and how much money would still count.
   */
  async replay(target: ReplayTarget, options?: ReplayOptions): Promise<Replayed> {
    const { force, plan } = optionsOf<ReplayOptions>(options, ["force", "plan"]);
    const which = meantToReplay(target);
    return replayedOf(await this.#ask({ ask: "replay", which, force: force === true, plan: plan === true }));
  }

  /** How many events are in each state. */
  async counts(): Promise<Counts> {
    return await this.#ask({ ask: "counts" });
  }

  /** The outbox in numbers. */
  async metrics(): Promise<OutboxMetrics> {
    return metricsOf(await this.#ask({ ask: "metrics" }));
  }

  /**
   * Stops delivery for every worker, until this time (a `Date`, Unix seconds, or RFC 3339 text with
   * an offset) or until {@link Outbox.resume}. Events are taken as before.
   */
  async pause(until?: Date | number | string | null): Promise<void> {
    await this.#ask({ ask: "pause", until: millisecondsOf("until", until) ?? null });
  }

  /** Lets delivery go on, whatever stopped it. */
  async resume(): Promise<void> {
    await this.#ask({ ask: "resume" });
  }

  /**
   * Delivers what is due now, and ends: for a cron job, or a function that is frozen between two
   * requests. Holds the process meanwhile.
   */
  async deliver(client: Client, options?: DeliverOptions): Promise<Delivered> {
    this.#use();
    return await deliver(this.#native, client, options);
  }

  /**
   * Begins a worker, which delivers until it is stopped, on a thread of its own. It does not hold
   * the process: see {@link Worker}.
   *
   * @throws {ConfigurationError} where an option cannot be used, or the client is of another
   * business.
   */
  worker(client: Client, options?: WorkerOptions): Worker {
    this.#use();
    const worker = new Worker(this.#native, client, options, () => this.#workers.delete(worker));
    this.#workers.add(worker);
    return worker;
  }

  /**
   * Stops the workers of this outbox, as {@link Worker.stop} does, ends what is under way, and
   * closes the file. A later call opens it again.
   */
  async close(options?: CloseOptions): Promise<void> {
    timeoutOf(options);
    await Promise.all([...this.#workers].map((worker) => worker.stop(options)));
    await this.#warned;
    await this.#ask({ ask: "close" });
  }

  /** As {@link Outbox.close}, for `await using`. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  /** Tells of a disk that will not last. Where it cannot be opened, the call that was made says so. */
  #use(): void {
    this.#warned ??= this.#ask<string[]>({ ask: "warnings" }).then(warnOnce, () => {});
  }

  async #ask<T = Told>(question: { readonly ask: string } & Told): Promise<T> {
    const text = textOf("options", question);
    return await call<T>((bridge, id) => this.#native.ask(bridge, id, text));
  }
}

function enqueueOptionsOf(options: EnqueueOptions | undefined) {
  const { holdUntil, traceparent } = options === undefined ? {} : optionsOf<EnqueueOptions>(options, ENQUEUE);
  const hold: number | "release" | undefined =
    holdUntil === "release" ? holdUntil : millisecondsOf("holdUntil", holdUntil);
  return { hold, trace: textOption("traceparent", traceparent) };
}
