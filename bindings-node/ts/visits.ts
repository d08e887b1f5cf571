/** What the adapters of frameworks share: what a request means, and what is known of its visitor. */

import { invalidArgument, optionsOf } from "./arguments.js";
import { Landing, type Visit, type VisitRequest } from "./landing.js";
import type { LandingOptions } from "./options.js";
import { TrackingParams } from "./tracking.js";
import { warnOnce } from "./warning.js";

/** How an adapter is set up: a landing's options, and its own. */
export interface VisitOptions<Request> extends LandingOptions {
  /** Whether a first-party cookie keeps the params; `true` unless given. */
  readonly cookie?: boolean | null | undefined;
  /**
   * Asked whether the visitor of a request has agreed to be tracked. Anything but `true` is no:
   * nothing is read and nothing kept.
   */
  consent?(request: Request): boolean | Promise<boolean>;
  /** Told of each visit that brought something of Connectly's, for a counter (`visit.count`). */
  onVisit?(visit: Visit, request: Request): void;
}

/** The same, for frameworks whose requests may have a session. */
export interface SessionOptions<Request> extends VisitOptions<Request> {
  /** Whether the session keeps the params, where a request has one; `true` unless given. */
  readonly session?: boolean | null | undefined;
}

/** Where the session keeps the params. */
const SESSION_KEY = "connectly_tracking";

const OF_LANDING = ["touch", "extraParams", "maxAge", "domain"];
const OPTIONS = [...OF_LANDING, "cookie", "session", "consent", "onVisit"];

/** Where a request has the adapter that it went through: for each one a map would cost more. */
const ADAPTER = Symbol("connectly");

interface Seen {
  [ADAPTER]?: Visits<object>;
}

/** The visits of one adapter. Whatever a visitor sends, and a shop's callbacks do, breaks no page. */
export class Visits<Request extends object> {
  readonly #landing: Landing;
  readonly #options: SessionOptions<Request>;
  readonly #read: (request: Request) => VisitRequest;
  readonly #seen = new WeakMap<object, Promise<Visit | null>>();

  /**
   * `read` is how the adapter reads a request.
   *
   * @throws {ConfigurationError} where an option cannot be used.
   */
  constructor(options: SessionOptions<Request> | null | undefined, read: (request: Request) => VisitRequest) {
    const { cookie, session, consent, onVisit, ...ofLanding } = optionsOf(options, OPTIONS);
    for (const [name, flag] of Object.entries({ cookie, session })) {
      if (flag !== undefined && flag !== null && typeof flag !== "boolean") {
        invalidArgument(name, "true or false");
      }
    }
    for (const [name, callback] of Object.entries({ consent, onVisit })) {
      if (callback !== undefined && callback !== null && typeof callback !== "function") {
        invalidArgument(name, "a function");
      }
    }
    this.#landing = new Landing(ofLanding);
    this.#options = options ?? {};
    this.#read = read;
  }

  /**
   * A request comes in. Nothing for most of them, at next to no cost and without a look into the
   * session; else what it means, or nothing where that cannot be told. Never rejects.
   */
  enter(request: Request): Promise<Visit | null> | null {
    if ((request as Seen)[ADAPTER] !== undefined) {
      return this.#seen.get(request) ?? null;
    }
    (request as Seen)[ADAPTER] = this as unknown as Visits<object>;
    return this.#isNews(request) ? this.#once(request, true) : null;
  }

  /** The cookies that the response to a visit sets. */
  cookiesOf(visit: Visit | null): readonly string[] {
    return visit === null || this.#options.cookie === false ? [] : visit.cookies;
  }

  /** What a request means, told once. */
  async known(request: Request): Promise<Visit | null> {
    return await (this.#seen.get(request) ?? this.#once(request, false));
  }

  /** Whether URL or cookies have anything of ours. */
  #isNews(request: Request): boolean {
    try {
      const { params, count } = this.#landing.visit(this.#read(request));
      return params !== null || (count !== "none" && count !== "skipped");
    } catch (error) {
      tell("a visit could not be read", error);
      return false;
    }
  }

  #once(request: Request, isNews: boolean): Promise<Visit | null> {
    const visit = this.#look(request, isNews).catch((error) => {
      tell("a visit could not be kept", error);
      return null;
    });
    this.#seen.set(request, visit);
    return visit;
  }

  /** What the request means, with its session and its visitor's choice. */
  async #look(request: Request, isNews: boolean): Promise<Visit> {
    const { consent } = this.#options;
    const hasConsent = consent === undefined || consent === null || (await consent(request)) === true;
    const session = this.#sessionOf(request);
    const read = this.#read(request);
    const stored = read.stored ?? storedIn(session);
    const visit = this.#landing.visit({ ...read, stored, consent: hasConsent });
    if (isNews) {
      this.#count(request, visit);
      keepIn(session, visit);
    }
    return visit;
  }

  #sessionOf(request: Request): Session | undefined {
    const { session } = request as { readonly session?: unknown };
    const isThere = this.#options.session !== false && typeof session === "object" && session !== null;
    return isThere ? (session as Session) : undefined;
  }

  /** Tells of a visit, and of one that cannot be used, without its values. */
  #count(request: Request, visit: Visit): void {
    if (visit.count === "none" || visit.count === "skipped") {
      return;
    }
    if (visit.issues.length > 0) {
      const problems = visit.issues.map(({ path, code }) => `${path}: ${code}`).join(", ");
      process.emitWarning(`a visit of Connectly's is ${visit.count}: ${problems}`);
    }
    try {
      this.#options.onVisit?.(visit, request);
    } catch (error) {
      tell("onVisit failed", error);
    }
  }
}

/** Of express-session, cookie-session, @fastify/session or @fastify/secure-session. */
interface Session {
  [SESSION_KEY]?: unknown;
}

function storedIn(session: Session | undefined): TrackingParams | null {
  const stored = session?.[SESSION_KEY];
  try {
    return typeof stored === "object" && stored !== null ? TrackingParams.fromJSON(stored as never) : null;
  } catch {
    // Of another release, or of another program.
    return null;
  }
}

/** Has the session hold what the visit says, and writes only where that is news. */
function keepIn(session: Session | undefined, visit: Visit): void {
  if (session === undefined) {
    return;
  }
  if (visit.skipped === "consent") {
    if (session[SESSION_KEY] !== undefined) {
      session[SESSION_KEY] = undefined;
    }
  } else if (visit.count === "captured") {
    session[SESSION_KEY] = visit.params?.toJSON();
  }
}

/**
 * The params of the request's visitor; `null` where nothing is known or may be used. It never
 * rejects.
 *
 * Store them with the order (`JSON.stringify`, or a JSON column) in the checkout: a payment's
 * webhook has no visitor.
 */
export async function trackingFor(request: object): Promise<TrackingParams | null> {
  const visits = (request as Seen)[ADAPTER];
  if (visits === undefined) {
    warnOnce([
      "trackingFor was asked of a request that connectly has not seen: it belongs before the routes",
    ]);
    return null;
  }
  return (await visits.known(request))?.params ?? null;
}

function tell(what: string, error: unknown): void {
  process.emitWarning(`${what}: ${error instanceof Error ? error.message : String(error)}`);
}
