import { invalidArgument, nowOf, optionsOf, secondsOf, stringsOf } from "./arguments.js";
import { errorOf } from "./errors.js";
import { leafOf, textOf, textOfLeaves } from "./json.js";
import { native } from "./native.js";
import type { Failed } from "./records.js";

/** The name of the cookie that {@link TrackingParams.toCookie} is meant for. */
export const COOKIE_NAME: string = native.cookieName();

/** How a landing is read. */
export interface CaptureOptions {
  /** Further parameters that must not be lost; they are kept before all others of the link. */
  readonly extraParams?: Iterable<string> | null | undefined;
  /** The moment of landing, for tests; the current time unless given. */
  readonly now?: Date | number | string | null | undefined;
}

/** The stored form, the same in every language. */
export interface TrackingParamsJSON {
  readonly v?: number;
  readonly cnct_tracking_id: string;
  readonly sendout_id: string;
  readonly ctwa_clid: string;
  readonly ad_id: string;
  readonly extra?: Readonly<Record<string, string>>;
  readonly captured_at?: number;
}

/** The values of a shop that stored them in its own way. */
export interface TrackingValues {
  readonly cnctTrackingId: string;
  readonly sendoutId: string;
  readonly ctwaClid: string;
  readonly adId: string;
  /** When the visitor landed: a `Date`, Unix seconds or RFC 3339 text with an offset. */
  readonly capturedAt?: Date | number | string | null | undefined;
}

/** Params as they cross from the native half. */
export interface TrackingRecord {
  readonly json: string;
  readonly extra: readonly [string, string][];
}

interface Captured {
  readonly params: TrackingRecord | null;
}

const CAPTURE_OPTIONS = ["extraParams", "now"];
const VALUES = ["cnctTrackingId", "sendoutId", "ctwaClid", "adId", "capturedAt"];

/**
 * The values captured at landing, to be sent back with the purchase exactly as they came.
 *
 * Made by {@link TrackingParams.fromUrl} or {@link TrackingParams.fromQuery}; kept in a session or
 * an order row (`JSON.stringify` and {@link TrackingParams.fromJSON}) or in a cookie.
 */
export class TrackingParams {
  /** The session of the customer (`cnct_tracking_id`). */
  readonly cnctTrackingId: string;
  /** The Connectly campaign's sendout (`sendout_id`). */
  readonly sendoutId: string;
  /** Meta's click id (`ctwa_clid`). */
  readonly ctwaClid: string;
  /** The ad's id (`ad_id`): digits, often past 2^53, so always a string. */
  readonly adId: string;
  /** What else the link carried, in order of importance. */
  readonly extra: ReadonlyMap<string, string>;
  /** When the visitor landed, in Unix seconds; `undefined` if never told. */
  readonly capturedAt: number | undefined;
  readonly #json: string;

  private constructor(params: TrackingRecord) {
    const stored = JSON.parse(params.json) as TrackingParamsJSON;
    this.cnctTrackingId = stored.cnct_tracking_id;
    this.sendoutId = stored.sendout_id;
    this.ctwaClid = stored.ctwa_clid;
    this.adId = stored.ad_id;
    this.extra = new Map(params.extra);
    this.capturedAt = stored.captured_at;
    this.#json = params.json;
  }

  /**
   * The params of a landing URL, absolute or relative (`req.originalUrl`); `null` where the visit
   * is not Connectly's, as most are.
   *
   * @throws {ValidationError} `invalid_tracking` where it is Connectly's and a value is missing or
   * malformed.
   */
  static fromUrl(url: string | { readonly href: string }, options?: CaptureOptions): TrackingParams | null {
    const { extraParams, now } = captureOptions(options);
    const text = typeof url === "object" && url !== null ? url.href : url;
    if (typeof text !== "string") {
      invalidArgument("url", "a string or a URL");
    }
    return TrackingParams.#of(native.captureUrl(text, extraParams, now));
  }

  /**
   * The params of a query: its text, what a framework has parsed (`req.query`), or names and
   * values (`URLSearchParams`, `FormData`, `Headers`, a `Map`); `null` where the visit is not Connectly's.
   *
   * @throws {ValidationError} as {@link TrackingParams.fromUrl}.
   */
  static fromQuery(
    query: string | Iterable<readonly [string, unknown]> | Readonly<Record<string, unknown>>,
    options?: CaptureOptions,
  ): TrackingParams | null {
    const { extraParams, now } = captureOptions(options);
    if (typeof query === "string") {
      return TrackingParams.#of(native.captureQuery(query, extraParams, now));
    }
    return TrackingParams.#of(native.capturePairs(pairsOf(query), extraParams, now));
  }

  /**
   * The params of four values, for a shop that stored them in its own way.
   *
   * @throws {ValidationError} `invalid_tracking` where a value is missing or malformed.
   */
  static of(values: TrackingValues): TrackingParams {
    const { cnctTrackingId, sendoutId, ctwaClid, adId, capturedAt } = optionsOf(values, VALUES);
    const stored = {
      cnct_tracking_id: leafOf(cnctTrackingId),
      sendout_id: leafOf(sendoutId),
      ctwa_clid: leafOf(ctwaClid),
      ad_id: leafOf(adId),
      captured_at: secondsOf("capturedAt", capturedAt),
    };
    return TrackingParams.#known(native.trackingFromJson(textOfLeaves("values", stored)));
  }

  /**
   * Restores what `JSON.stringify` or {@link TrackingParams.toJSON} wrote, an object or text.
   *
   * @throws {ValidationError} `invalid_tracking` where it is not that.
   */
  static fromJSON(stored: TrackingParamsJSON | string): TrackingParams {
    const text = typeof stored === "string" ? stored : textOf("stored", stored);
    return TrackingParams.#known(native.trackingFromJson(text));
  }

  /**
   * Restores what {@link TrackingParams.toCookie} wrote.
   *
   * @throws {ValidationError} `invalid_tracking` where it is not that: anyone can write a cookie.
   */
  static fromCookie(cookie: string): TrackingParams {
    if (typeof cookie !== "string") {
      invalidArgument("cookie", "a string");
    }
    return TrackingParams.#known(native.trackingFromCookie(cookie));
  }

  /** The stored form as an object, for `JSON.stringify`, a session or a JSON column. */
  toJSON(): TrackingParamsJSON {
    return JSON.parse(this.#json) as TrackingParamsJSON;
  }

  /** The stored form as text: byte for byte what the other languages write. */
  toString(): string {
    return this.#json;
  }

  /** The value of the cookie {@link COOKIE_NAME}: letters, digits, `-`, `_` and `.`. */
  toCookie(): string {
    return native.trackingToCookie(this.#json);
  }

  /** @internal */
  static ofRecord(params: TrackingRecord): TrackingParams {
    return new TrackingParams(params);
  }

  static #of(answer: string): TrackingParams | null {
    const captured = JSON.parse(answer) as Captured | Failed;
    if ("error" in captured) {
      throw errorOf(captured.error);
    }
    return captured.params === null ? null : new TrackingParams(captured.params);
  }

  static #known(answer: string): TrackingParams {
    // What was stored is never nobody's.
    return TrackingParams.#of(answer) as TrackingParams;
  }
}

function captureOptions(options: CaptureOptions | undefined): {
  extraParams: string[] | undefined;
  now: number | undefined;
} {
  const { extraParams, now } = optionsOf(options, CAPTURE_OPTIONS);
  return { extraParams: stringsOf("extraParams", extraParams), now: nowOf(now) };
}

const QUERY = "a query's text, names and values, or an object of them";

/** Names and values in turn; a nested object, as `qs` makes them, is nobody's parameter. */
function pairsOf(query: unknown): string[] {
  if (typeof query !== "object" || query === null) {
    invalidArgument("query", QUERY);
  }
  if ("then" in query && typeof query.then === "function") {
    invalidArgument("query", `${QUERY}, not a promise of it (await it first)`);
  }
  // A parsed query has what it has itself; these have it from their class.
  if (["href", "url"].some((name) => name in query && !Object.hasOwn(query, name))) {
    invalidArgument("query", `${QUERY}, not a URL or a request (fromUrl takes its URL)`);
  }
  const entries: Iterable<unknown> =
    Symbol.iterator in query ? (query as Iterable<unknown>) : Object.entries(query);
  const flat: string[] = [];
  for (const entry of entries) {
    if (!Array.isArray(entry) || typeof entry[0] !== "string") {
      invalidArgument("query", QUERY);
    }
    const [name, given] = entry as [string, unknown];
    for (const value of Array.isArray(given) ? given : [given]) {
      if (typeof value === "string") {
        flat.push(name, value);
      }
    }
  }
  return flat;
}
