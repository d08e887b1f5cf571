/** What the native half offers. */

import { loadAddon } from "./addon.js";

declare const opaque: unique symbol;
/** A handle that only the native half can read. */
export type Handle<Kind extends string> = { readonly [opaque]: Kind };
export type EventHandle = Handle<"event">;
export type ClientHandle = Handle<"client">;
export type LandingHandle = Handle<"landing">;

/** Many requests under way. */
export interface NativeBatch {
  concurrency(): number;
  push(event: EventHandle): void;
  stop(): void;
}

/** This JavaScript thread's connection to the thread that delivers. */
export interface NativeBridge {
  hold(): void;
  release(): void;
  send(id: number, client: ClientHandle, event: EventHandle, timeout: number | undefined): string | null;
  stop(id: number): void;
  batch(id: number, client: ClientHandle, concurrency: number | undefined): NativeBatch | string;
}

/** A sandbox that runs in this process. */
export interface NativeSandbox {
  url(): string;
  received(): string;
  requests(): string;
  waitFor(bridge: NativeBridge, id: number, count: number, timeout: number | undefined): string | null;
  assertReported(expected: string): string;
  assertNotReported(orderId: string): string | null;
  script(faults: string): string | null;
  clearFaults(): void;
  reset(): void;
  setNow(seconds: number | undefined): void;
  stop(): void;
}

/** A worker or a delivery under way. */
export interface NativeWorker {
  stop(timeout: number | undefined): string | null;
}

/** What the outbox writes in a transaction of the shop's own. */
export interface NativeStatement {
  readonly sql: string;
  readonly names: string[];
  readonly values: (string | number | Buffer | null)[];
  read(id: number, state: string, effect: string): string;
}

/** An outbox; each method gives the record of an error where it refuses the call. */
export interface NativeOutbox {
  enqueue(
    bridge: NativeBridge,
    id: number,
    event: EventHandle,
    hold: number | "release" | undefined,
    traceparent: string | undefined,
  ): string | null;
  enqueueMany(bridge: NativeBridge, id: number, events: EventHandle[]): string | null;
  report(
    bridge: NativeBridge,
    id: number,
    order: string,
    tracking: string | undefined,
    policy: string,
    hold: number | "release" | undefined,
    traceparent: string | undefined,
  ): string | null;
  /** What it did, where nothing is to be written, or the record of an error. */
  reportStatement(
    order: string,
    tracking: string | undefined,
    policy: string,
    style: string,
    hold: number | "release" | undefined,
    traceparent: string | undefined,
  ): NativeStatement | string;
  insertStatement(
    event: EventHandle,
    style: string,
    hold: number | "release" | undefined,
    traceparent: string | undefined,
  ): NativeStatement | string;
  ask(bridge: NativeBridge, id: number, question: string): string | null;
  worker(
    bridge: NativeBridge,
    id: number,
    client: ClientHandle,
    settings: string,
    delivers: boolean,
    watched: boolean,
  ): NativeWorker | string;
}

export interface Native {
  version(): string;
  vocabulary(): string[][];
  cookieName(): string;
  captureUrl(url: string, extraParams?: string[], now?: number): string;
  captureQuery(query: string, extraParams?: string[], now?: number): string;
  capturePairs(flat: string[], extraParams?: string[], now?: number): string;
  trackingFromJson(text: string): string;
  trackingFromCookie(cookie: string): string;
  trackingToCookie(json: string): string;
  scriptCookieName(): string;
  clockWarning(): string | null;
  createLanding(
    touch?: string,
    extraParams?: string[],
    maxAge?: number,
    domain?: string,
  ): LandingHandle | string;
  visit(
    landing: LandingHandle,
    method: string,
    url: string,
    cookies: string[],
    headers: string[],
    stored: string | undefined,
    consent: boolean,
    now: number | undefined,
  ): string | null;
  /** The record of an error where it is refused. */
  buildEvent(
    document: string,
    javascriptNumbers: boolean,
    fromArguments: boolean,
    rounding: string | undefined,
    extraCurrencies: string[] | string,
    now: number | undefined,
    clock: number,
  ): EventHandle | string;
  /** The record of an error where they are refused. */
  readWire(wire: Uint8Array, extraCurrencies: string[] | string, now: number): EventHandle | string;
  eventWire(event: EventHandle): Buffer;
  eventJson(event: EventHandle): string;
  eventFacts(event: EventHandle): string;
  /** The record of an error where it is none. */
  unixSeconds(name: string, given: number | string): number | string;
  createClient(settings: string, environment: Record<string, string>): ClientHandle | string;
  openOutbox(url: string, settings: string, environment: Record<string, string>): NativeOutbox | string;
  clientClosed(): string;
  closeClient(client: ClientHandle): void;
  cutOffClient(client: ClientHandle): void;
  invalidArgument(name: string, needed: string): string;
  unknownOption(names: string[], known: readonly string[]): string | null;
  startSandbox(options: string): NativeSandbox | string;
  runCli(args: string[]): number;
  readonly CallbackBridge: new (callback: (answers: string) => void) => NativeBridge;
}

export const native = loadAddon() as Native;
