/** For Express 4 and 5, and what is made of it, such as NestJS. */

import type { IncomingMessage, ServerResponse } from "node:http";
import { type SessionOptions, Visits } from "./visits.js";

export type { SessionOptions } from "./visits.js";
export { trackingFor } from "./visits.js";

declare global {
  namespace Express {
    // Whatever Express's types, cookie-parser's and a session's add to a request.
    interface Request {}
  }
}

/** A request of Express. */
export type ExpressRequest = IncomingMessage & Express.Request & { readonly originalUrl?: string };

/** How {@link connectly} is set up. */
export interface ConnectlyOptions extends SessionOptions<ExpressRequest> {}

/** A `RequestHandler` of Express. */
export type ConnectlyHandler = (request: ExpressRequest, response: ServerResponse, next: () => void) => void;

/**
 * Remembers the visits that bring Connectly's params: `app.use(connectly())`, after the session and
 * before the routes. It never breaks a page, whatever a visitor sends.
 *
 * A request without params costs a few microseconds and touches no session.
 *
 * @throws {ConfigurationError} where an option cannot be used.
 */
export function connectly(options?: ConnectlyOptions): ConnectlyHandler {
  const visits = new Visits<ExpressRequest>(options, ({ method = "", url = "", originalUrl, headers }) => ({
    method,
    url: originalUrl ?? url,
    headers,
  }));
  return (request, response, next) => {
    const visit = visits.enter(request);
    if (visit === null) {
      next();
      return;
    }
    visit.then((visit) => {
      const cookies = visits.cookiesOf(visit);
      if (cookies.length > 0) {
        setAtLast(response, cookies);
      }
      next();
    });
  };
}

/**
 * Sets the cookies where the head is written, and forbids caches to hand them to others: a route's
 * own `Cache-Control` comes before.
 */
function setAtLast(response: ServerResponse, cookies: readonly string[]): void {
  const { writeHead } = response;
  response.writeHead = (status: number, ...rest: unknown[]) => {
    response.writeHead = writeHead;
    const words = typeof rest[0] === "string" ? [rest.shift() as string] : [];
    for (const [name, value] of pairsOf(rest[0])) {
      response.setHeader(name, value);
    }
    response.appendHeader("Set-Cookie", cookies);
    response.setHeader("Cache-Control", "private, no-store");
    return response.writeHead(status, ...words);
  };
}

/** The headers that `writeHead` is given: an object, or names and values in turn or in pairs. */
function pairsOf(headers: unknown): [string, string | string[]][] {
  if (!Array.isArray(headers)) {
    return Object.entries(headers ?? {});
  }
  if (Array.isArray(headers[0])) {
    return headers;
  }
  return headers.flatMap((name, at) => (at % 2 === 0 ? [[name, headers[at + 1]]] : []));
}
