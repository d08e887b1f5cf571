/** For Fastify 4 and 5. */

import type { IncomingHttpHeaders } from "node:http";
import { type SessionOptions, Visits } from "./visits.js";

export type { SessionOptions } from "./visits.js";
export { trackingFor } from "./visits.js";

/** A request of Fastify, as far as a visit needs it. */
export interface FastifyRequestLike {
  readonly method: string;
  readonly originalUrl: string;
  readonly headers: IncomingHttpHeaders;
}

/** A reply of Fastify, likewise. */
export interface FastifyReplyLike {
  header(name: string, value: string | string[]): unknown;
}

/** An instance of Fastify, likewise. */
export interface FastifyLike {
  addHook(
    name: "onRequest",
    hook: (request: FastifyRequestLike, reply: FastifyReplyLike, done: () => void) => void,
  ): unknown;
  addHook(
    name: "onSend",
    hook: (request: FastifyRequestLike, reply: FastifyReplyLike, payload: unknown, done: () => void) => void,
  ): unknown;
}

/** How {@link connectly} is set up. */
export interface ConnectlyOptions extends SessionOptions<FastifyRequestLike> {}

/**
 * A plugin that remembers the visits that bring Connectly's params: `app.register(connectly)`,
 * after the session's. It never breaks a page, whatever a visitor sends.
 *
 * As with `fastify-plugin`, it is for the instance that it is registered with, not for a scope of
 * its own. A request without params costs a few microseconds and touches no session.
 *
 * @throws {ConfigurationError} where an option cannot be used.
 */
export async function connectly(instance: FastifyLike, options: ConnectlyOptions): Promise<void> {
  const visits = new Visits<FastifyRequestLike>(ours(options), ({ method, originalUrl, headers }) => ({
    method,
    url: originalUrl,
    headers,
  }));
  const cookies = new WeakMap<FastifyRequestLike, readonly string[]>();
  instance.addHook("onRequest", (request, _reply, done) => {
    const visit = visits.enter(request);
    if (visit === null) {
      done();
      return;
    }
    visit.then((visit) => {
      cookies.set(request, visits.cookiesOf(visit));
      done();
    });
  });
  instance.addHook("onSend", (request, reply, _payload, done) => {
    const set = cookies.get(request) ?? [];
    if (set.length > 0) {
      // Fastify appends it to those of others.
      reply.header("set-cookie", [...set]);
      reply.header("cache-control", "private, no-store");
    }
    done();
  });
}

/** What `register` takes for itself. */
function ours(options: ConnectlyOptions): ConnectlyOptions {
  const { prefix: _, logLevel: __, logSerializers: ___, ...rest } = options as Record<string, unknown>;
  return rest;
}

Object.assign(connectly, {
  [Symbol.for("skip-override")]: true,
  [Symbol.for("fastify.display-name")]: "connectly-conversions",
  [Symbol.for("plugin-meta")]: { fastify: ">=4", name: "connectly-conversions" },
});
