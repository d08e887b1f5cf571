import { invalidArgument, nowOf, optionsOf, stringsOf } from "./arguments.js";
import type { SKIP_REASONS, VISIT_COUNTS } from "./codes.js";
import { errorOfText, type Issue } from "./errors.js";
import { type LandingHandle, native } from "./native.js";
import type { LandingOptions } from "./options.js";
import { TrackingParams, type TrackingRecord } from "./tracking.js";

/** The name of the cookie that a page's own script may write; its value is that of `COOKIE_NAME`. */
export const SCRIPT_COOKIE_NAME: string = native.scriptCookieName();

/** Names and values: an object, a `Headers`, a `Map`, or a list of pairs. */
export type Named =
  | Readonly<Record<string, string | readonly string[] | undefined>>
  | Iterable<readonly [string, string]>;

/** A request for a page, as far as a landing needs it. */
export interface VisitRequest {
  /** The request's method. */
  readonly method: string;
  /** The URL, absolute or relative (`req.originalUrl`), or the query alone. */
  readonly url: string | { readonly href: string };
  /** The cookies: names and values, or the text of the header. Not needed where `headers` has them. */
  readonly cookies?: string | Named | null | undefined;
  /**
   * The headers (`req.headers`). `Cookie`, `Host`, `User-Agent`, `Sec-Purpose`, `Purpose`,
   * `X-Purpose` and `X-Moz` matter.
   */
  readonly headers?: Named | null | undefined;
  /** The params that the visitor's session holds already. */
  readonly stored?: TrackingParams | null | undefined;
  /**
   * Whether the visitor has agreed to be tracked; `true` where it is left out. Where it is there,
   * anything but `true` is no consent: nothing is read and nothing kept.
   */
  readonly consent?: boolean;
  /** The moment of the visit, for tests; the current time unless given. */
  readonly now?: Date | number | string | null | undefined;
}

/** What a visit was, as one word for a counter. */
export type VisitCount = (typeof VISIT_COUNTS)[number];

/** Why a request is not a visit to count. */
export type SkipReason = (typeof SKIP_REASONS)[number];

/** What a visit means. */
export interface Visit {
  /**
   * The visitor's params from now on, whether this visit brought them or they were known. Keep them
   * in the session, if there is one. Where they are `null`, remove what the session holds.
   */
  readonly params: TrackingParams | null;
  /** The values of the `Set-Cookie` headers to add to the response, one a header. */
  readonly cookies: readonly string[];
  /** Whether it sets a cookie and so must carry `Cache-Control: private, no-store`. */
  readonly noStore: boolean;
  /**
   * What to count. `captured`: the visit brought new params, and they are the visitor's params now.
   * `kept`: it brought params, and those that were known stay. `partial`: it is Connectly's, but
   * values are missing. `invalid`: it is Connectly's, but a value is malformed. `skipped`: it is not
   * a visit to count. `none`: it brought nothing.
   */
  readonly count: VisitCount;
  /** Why the visit was skipped; `null` unless it was. */
  readonly skipped: SkipReason | null;
  /** What is wrong with a partial or invalid visit, without the values; otherwise empty. */
  readonly issues: readonly Issue[];
}

/** The headers that matter to the core. Each text that crosses costs more than to look for these. */
const HEADERS = new Set(["cookie", "host", "user-agent", "sec-purpose", "purpose", "x-purpose", "x-moz"]);
const OPTIONS = ["touch", "extraParams", "maxAge", "domain"];
const REQUEST = ["method", "url", "cookies", "headers", "stored", "consent", "now"];

/**
 * What a visit means for a shop. Made once, asked for every request of a page.
 *
 * It decides and does nothing: the shop sets the cookies, keeps the params and counts. It never
 * throws for what a visitor sends: a visit that cannot be used is counted as that.
 */
export class Landing {
  readonly #handle: LandingHandle;

  /** @throws {ConfigurationError} where an option cannot be used. */
  constructor(options?: LandingOptions) {
    const { touch, extraParams, maxAge, domain } = optionsOf(options, OPTIONS);
    const made = native.createLanding(
      given("touch", touch, "string"),
      stringsOf("extraParams", extraParams),
      given("maxAge", maxAge, "number"),
      given("domain", domain, "string"),
    );
    if (typeof made === "string") {
      throw errorOfText(made);
    }
    this.#handle = made;
  }

  /**
   * What this visit means.
   *
   * Only GET counts. Nothing is captured of pages that a browser loads ahead, nor of previews of a
   * link. Bad or partial params never displace good ones. What is brought again, equal but for
   * `capturedAt`, is not set again. The cookie of a page's own script ({@link SCRIPT_COOKIE_NAME})
   * counts as a visit at its `capturedAt`, and is deleted. Without consent, cookies that came are
   * deleted.
   */
  visit(request: VisitRequest): Visit {
    const { method, url, cookies, headers, stored, now, ...rest } = optionsOf(request, REQUEST);
    const text = typeof url === "object" && url !== null ? url.href : url;
    if (typeof method !== "string") {
      invalidArgument("method", "a string");
    }
    if (typeof text !== "string") {
      invalidArgument("url", "a string or a URL");
    }
    if (stored !== undefined && stored !== null && !(stored instanceof TrackingParams)) {
      invalidArgument("stored", "a TrackingParams");
    }
    const header = typeof cookies === "string" ? ["cookie", cookies] : [];
    const record = native.visit(
      this.#handle,
      method,
      text,
      typeof cookies === "string" ? [] : pairsOf("cookies", cookies),
      [...header, ...pairsOf("headers", headers, HEADERS)],
      stored?.toString(),
      "consent" in rest ? rest.consent === true : true,
      nowOf(now),
    );
    if (record === null) {
      return { params: null, cookies: [], noStore: false, count: "none", skipped: null, issues: [] };
    }
    const visit = JSON.parse(record) as Visit & { readonly params: TrackingRecord | null };
    return { ...visit, params: visit.params && TrackingParams.ofRecord(visit.params) };
  }
}

function given<T extends string | number>(
  name: string,
  value: T | null | undefined,
  type: "string" | "number",
): T | undefined {
  if (value !== undefined && value !== null && typeof value !== type) {
    invalidArgument(name, `a ${type}`);
  }
  return value ?? undefined;
}

/** Names and values in turn, those that matter; of a name without a text there is nothing to read. */
function pairsOf(name: string, named: Named | null | undefined, matter?: ReadonlySet<string>): string[] {
  if (named === undefined || named === null) {
    return [];
  }
  if (typeof named !== "object") {
    invalidArgument(name, "an object or pairs of strings");
  }
  const flat: string[] = [];
  const add = (member: unknown, given: unknown): void => {
    if (typeof member !== "string" || matter?.has(member.toLowerCase()) === false) {
      return;
    }
    for (const value of Array.isArray(given) ? given : [textOf(given)]) {
      if (typeof value === "string") {
        flat.push(member, value);
      }
    }
  };
  if (Symbol.iterator in named) {
    for (const [member, given] of named as Iterable<readonly [string, unknown]>) {
      add(member, given);
    }
  } else {
    for (const member of Object.keys(named)) {
      add(member, named[member]);
    }
  }
  return flat;
}

/** Next.js has a record of each cookie. */
function textOf(given: unknown): unknown {
  return typeof given === "object" && given !== null && "value" in given ? given.value : given;
}
