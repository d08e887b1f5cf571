// Compiled, never run: each line under `@ts-expect-error` is one that must not compile.

import {
  Client,
  ConnectlyError,
  ConversionEvent,
  type Counts,
  type Delivered,
  type Enqueued,
  type ErrorCode,
  type Issue,
  Landing,
  type Outcome,
  Outbox,
  type OutboxRecord,
  type OutboxState,
  type Receipt,
  type Report,
  TrackingParams,
  ValidationError,
  type Visit,
  type Worker,
} from "connectly-conversions";
import { assertReported, Sandbox } from "connectly-conversions/testing";

declare const pg: { query(sql: string, values: unknown[]): Promise<{ rows: any[] }> };
declare const prisma: { $queryRawUnsafe<T = unknown>(sql: string, ...values: unknown[]): Promise<T> };
declare const knex: { raw(sql: string, values: Record<string, string | number | Buffer | null>): PromiseLike<any> };

declare const query: Record<string, string | string[] | undefined>;
const tracking: TrackingParams | null = TrackingParams.fromUrl(new URL("https://shop.example/"), { extraParams: ["gift"] });
TrackingParams.fromQuery(query);
TrackingParams.fromQuery(new URLSearchParams());
TrackingParams.fromJSON(JSON.parse("{}"));
TrackingParams.fromJSON((tracking as TrackingParams).toJSON());
// @ts-expect-error a misspelt option
TrackingParams.fromUrl("/", { extraParam: ["gift"] });
// @ts-expect-error most visits are nobody's: null is to be thought of
tracking.sendoutId;

const landing = new Landing({ touch: "first", extraParams: ["gift"], maxAge: 1, domain: "shop.example" });
const visit: Visit = landing.visit({ method: "GET", url: new URL("https://shop.example/"), headers: new Headers() });
landing.visit({ method: "GET", url: "/", cookies: "a=b", stored: visit.params, consent: false });
for (const cookie of visit.cookies) {
  const text: string = cookie;
  void text;
}
// @ts-expect-error there is no such touch
new Landing({ touch: "middle" });
// @ts-expect-error consent is a choice that was made
landing.visit({ method: "GET", url: "/", consent: undefined });
// @ts-expect-error most visits are nobody's: null is to be thought of
visit.params.sendoutId;

if (tracking !== null) {
  const order = { tracking, orderId: 7821, currency: "USD", value: "99.97" };
  const event: ConversionEvent = ConversionEvent.purchase({
    ...order,
    items: [{ id: "a", quantity: 1, itemPrice: 49.99 }, { id: 5 }],
    eventTime: new Date(),
    contentIds: ["a", 5],
    extraPayload: { anything: [1] },
  });
  ConversionEvent.purchase({ ...order, orderId: null, items: null, eventTime: undefined });
  ConversionEvent.viewContent({ tracking, items: [{ id: "a" }] });
  ConversionEvent.purchase({ ...order, value: { toFixed: () => "1", toJSON: () => "1" } });
  const value: string | undefined = event.value;
  const warnings: readonly Issue[] = event.warnings;
  void [value, warnings];
  // @ts-expect-error a misspelt member
  ConversionEvent.purchase({ tracking, orderId: "1", currency: "USD", valeu: "1", value: "1" });
  // @ts-expect-error the wire's name
  ConversionEvent.purchase({ tracking, order_id: "1", currency: "USD", value: "1" });
  // @ts-expect-error no order id
  ConversionEvent.purchase({ tracking, currency: "USD", value: "1" });
  // @ts-expect-error a bigint
  ConversionEvent.purchase({ ...order, value: 5n });
  // @ts-expect-error a time is no amount
  ConversionEvent.purchase({ ...order, value: new Date() });
  // @ts-expect-error a misspelt member of an item
  ConversionEvent.purchase({ ...order, items: [{ id: "a", price: 1 }] });
  // @ts-expect-error events are immutable
  event.orderId = "2";
  // @ts-expect-error events are made by `purchase`, `viewContent` and `fromJSON`
  new ConversionEvent();

  const client = new Client({ retry: { retries: 1 }, timeout: 5000 });
  // @ts-expect-error a misspelt setting
  new Client({ apikey: "x" });
  const receipt: Receipt = await client.send(event, { signal: AbortSignal.timeout(5), timeout: 5 });
  // @ts-expect-error receipts are facts
  receipt.attempts = 2;
  // @ts-expect-error not an event
  await client.send({});
  const outcomes: Outcome[] = await client.sendMany(new Set([event]), { concurrency: 2 });
  for (const outcome of outcomes) {
    if (outcome.error) {
      const code: ErrorCode = outcome.error.code;
      // @ts-expect-error there is no receipt beside an error
      outcome.receipt.attempts;
      void code;
    } else {
      outcome.receipt.attempts.toFixed();
    }
  }
  async function* events(): AsyncGenerator<ConversionEvent> {
    yield event;
  }
  await client.sendMany(events());

  const outbox = Outbox.open("sqlite:///shop.db", { businessId: "x", maxEvents: 5, keepPayloads: null });
  // @ts-expect-error a misspelt setting
  Outbox.open("sqlite:///shop.db", { maxEvent: 5 });
  // @ts-expect-error outboxes are opened
  new Outbox();
  const enqueued: Enqueued = await outbox.enqueue(event, { holdUntil: new Date(), traceparent: "00" });
  await outbox.enqueue(event, { holdUntil: "release" });
  // @ts-expect-error not an event
  await outbox.enqueue({});
  await outbox.enqueueMany(events());
  for (const target of ["A", enqueued, { id: 5 }, { orderId: 5 }, { orderId: "A", eventName: "ViewContent" }] as const) {
    const { state }: { state: OutboxState | undefined } = await outbox.cancel(target, "not paid");
    await outbox.forget(target);
    await outbox.replay(target, { force: true });
    void state;
  }
  // @ts-expect-error an order's id, or the outbox's?
  await outbox.release(5);
  // @ts-expect-error there is no such event
  await outbox.release({ orderId: "A", eventName: "Lead" });
  // @ts-expect-error a customer is only to be forgotten
  await outbox.release({ trackingId: "t" });
  await outbox.forget({ trackingId: "t" });
  await outbox.replay({ code: "rejected" });
  // @ts-expect-error that would be nothing
  await outbox.replay({ all: false });
  const record: OutboxRecord | null = await outbox.status("A");
  // @ts-expect-error most orders are unknown: null is to be thought of
  record.state;
  const counts: Counts = await outbox.counts();
  counts.held.toFixed();
  // @ts-expect-error there is no such state
  counts.sent;
  for await (const letter of outbox.deadLetters({ after: 5 })) {
    letter.enqueuedAt.getTime();
    letter.finishedAt?.getTime();
  }
  const bought = { orderId: "1", currency: "USD", value: 1, tracking: null };
  const report: Report = await outbox.reportPurchase(bought, { value: "net", skipIf: ({ orderId }) => orderId === "7" });
  if (report.result === "duplicate") {
    report.conflict satisfies boolean;
  } else if (report.result === "skipped") {
    report.reason === "unpaid";
  } else if (report.result === "failed") {
    String(report.error);
  }
  // @ts-expect-error only a duplicate has it
  report.result === "queued" && report.conflict;
  // @ts-expect-error where nothing is known of the customer, that is said
  await outbox.reportPurchase({ orderId: "1", currency: "USD", value: 1 });
  // @ts-expect-error no such value
  await outbox.reportPurchase(bought, { value: "gross" });
  await outbox.reportPurchase(bought, { within: ({ sql, parameters }) => pg.query(sql, parameters) });
  await outbox.reportPurchase(bought, { within: ({ sql, parameters }) => prisma.$queryRawUnsafe(sql, ...parameters) });
  await outbox.reportPurchase(bought, {
    style: "named",
    within: ({ sql, parameters }) => knex.raw(sql, parameters),
  });
  await outbox.pause(new Date());
  const delivered: Delivered = await outbox.deliver(client, { deadline: 5, signal: AbortSignal.timeout(5), rate: 5 });
  const worker: Worker = outbox.worker(client, { concurrency: 2, onAttempt: ({ took }) => took.toFixed() }).ref();
  const stopped: Delivered = await worker.stop({ timeout: 5 });
  // @ts-expect-error a misspelt option
  outbox.worker(client, { onattempt: () => {} });
  void [delivered, stopped];
  await using another = Outbox.open("sqlite:///shop.db");
  await using _ = another.worker(client);
}

try {
  await using sandbox = await Sandbox.start({ port: 0 });
  sandbox.failNext({ kind: "status", status: 429, retry_after: 1 });
  // @ts-expect-error no such fault
  sandbox.failNext({ kind: "earthquake" });
  assertReported(sandbox, { order_id: "1" }).body.payload;
} catch (error) {
  if (error instanceof ValidationError) {
    error.issues[0]?.path.length;
  } else if (error instanceof ConnectlyError && error.code === "rate_limited") {
    error.retryAfter?.toFixed();
  }
  // @ts-expect-error no such code
  error instanceof ConnectlyError && error.code === "teapot";
}
