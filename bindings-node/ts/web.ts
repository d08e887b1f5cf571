/**
 * For what speaks the Web's `Request` and `Response` on Node.js: Next.js, Hono, SvelteKit, Remix,
 * Astro.
 */

import { optionsOf } from "./arguments.js";
import type { Visit } from "./landing.js";
import type { TrackingParams } from "./tracking.js";
import { type VisitOptions, Visits } from "./visits.js";

export type { VisitOptions } from "./visits.js";

/** How {@link connectly} is set up. */
export interface ConnectlyOptions extends VisitOptions<Request> {}

/** What is known of one request. */
export interface KnownOptions {
  /** The params that the visitor's session holds already. */
  readonly stored?: TrackingParams | null | undefined;
}

/** What a request means. */
export interface RequestVisit {
  /**
   * The params of the visitor; `null` where nothing is known or may be used. Store them with the
   * order in the checkout: a payment's webhook has no visitor.
   */
  readonly tracking: TrackingParams | null;
  /** The whole of it; `null` where the request has nothing of Connectly's. */
  readonly visit: Visit | null;
  /**
   * Adds the visit's cookies to the response, and forbids caches to hand them to others. Gives the
   * response, or a copy of it where its headers are immutable (one that `fetch` gave).
   */
  apply<T extends Response>(response: T): T;
}

/**
 * Looks at requests: `const landing = connectly()`, then `const { tracking, apply } = await
 * landing(request)` for each. It never rejects for what a visitor sends. The same request may be
 * asked about again, and counts once.
 *
 * A request without params costs a few microseconds.
 *
 * @throws {ConfigurationError} where an option cannot be used.
 */
export function connectly(
  options?: ConnectlyOptions,
): (request: Request, known?: KnownOptions) => Promise<RequestVisit> {
  const stored = new WeakMap<Request, TrackingParams>();
  const visits = new Visits<Request>(options, (request) => {
    const { method, url, headers } = request;
    return { method, url, headers, stored: stored.get(request) };
  });
  return async (request, known) => {
    const { stored: held } = optionsOf<KnownOptions>(known, ["stored"]);
    if (held !== undefined && held !== null) {
      stored.set(request, held);
    }
    const visit = await visits.enter(request);
    const cookies = visits.cookiesOf(visit);
    return {
      tracking: visit?.params ?? null,
      visit,
      apply: (response) => (cookies.length === 0 ? response : marked(response, cookies)),
    };
  };
}

function marked<T extends Response>(response: T, cookies: readonly string[]): T {
  const mark = ({ headers }: Response) => {
    headers.set("Cache-Control", "private, no-store");
    for (const cookie of cookies) {
      headers.append("Set-Cookie", cookie);
    }
  };
  try {
    mark(response);
    return response;
  } catch {
    // A response that `fetch` or `Response.redirect` gave cannot be changed.
    const copy = new Response(response.body, response);
    mark(copy);
    return copy as T;
  }
}
