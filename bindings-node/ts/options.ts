/** Generated from core/schema/surface.json by `make generate`. */

/** How often and how patiently a call tries again. Waits are in milliseconds. */
export interface RetryPolicy {
  /** How often a call tries again at most. Default: `2`. */
  readonly retries?: number | null | undefined;
  /** The longest first wait; each further wait may be twice as long. Default: 250 ms. */
  readonly base?: number | null | undefined;
  /** The longest wait. Default: 4000 ms. */
  readonly cap?: number | null | undefined;
}

/** A client's settings. Durations are in milliseconds. */
export interface ClientOptions {
  /**
   * The API key (Connectly inbox, Settings, General, API Key). Default: `CONNECTLY_API_KEY` of the
   * environment.
   */
  readonly apiKey?: string | null | undefined;
  /** The UUID of the business at Connectly. Default: `CONNECTLY_BUSINESS_ID` of the environment. */
  readonly businessId?: string | null | undefined;
  /**
   * Another host than Connectly's, such as a sandbox. Default: `CONNECTLY_BASE_URL` of the environment, else
   * `https://api.connectly.ai`.
   */
  readonly baseUrl?: string | null | undefined;
  /** The time for the whole call with its retries. Default: 15000 ms. */
  readonly timeout?: number | null | undefined;
  /** The time for one attempt, never longer than the whole call. Default: 5000 ms. */
  readonly attemptTimeout?: number | null | undefined;
  /** The time for name look-up, connection and TLS handshake. Default: 3000 ms. */
  readonly connectTimeout?: number | null | undefined;
  /** How often and how patiently a call tries again. */
  readonly retry?: RetryPolicy | null | undefined;
  /**
   * The number of requests that the client makes at once. Further sends wait for one of them to end, within
   * their own deadline. Default: `100`.
   */
  readonly maxConnections?: number | null | undefined;
  /** The URL of a proxy. `NO_PROXY` is respected. Default: `HTTPS_PROXY` of the environment. */
  readonly proxy?: string | null | undefined;
  /** A PEM file of certificates to trust beside those of the system. */
  readonly caBundle?: string | null | undefined;
  /** Is added to this library's name in the header `User-Agent`. */
  readonly userAgent?: string | null | undefined;
  /**
   * What to do with amounts that are finer than their currency, for events that are made with this client's
   * options. Default: `never`.
   */
  readonly rounding?: "never" | "currency" | null | undefined;
  /**
   * Allows plain `http` to other machines, for a sandbox in another container. The API key can be read on the
   * way: for tests only.
   */
  readonly allowInsecureHttpForTests?: boolean | null | undefined;
}

/** How a landing is set up. Durations are in milliseconds. */
export interface LandingOptions {
  /**
   * Which visit an order is credited to where a visitor came by several links: the `last` or the `first`.
   * Default: `last`.
   */
  readonly touch?: "last" | "first" | null | undefined;
  /** Further parameters of the link that must not be lost. */
  readonly extraParams?: Iterable<string> | null | undefined;
  /**
   * How long the cookie lives. Browsers may keep it for less: Chrome for 400 days at most, Safari in some
   * cases for 7. Default: 90 days.
   */
  readonly maxAge?: number | null | undefined;
  /**
   * The domain whose hosts all get the cookie, such as `shop.example` for a shop at `www.shop.example` with
   * its checkout at `pay.shop.example`; only the page's own host unless given. Left out on a loopback host.
   */
  readonly domain?: string | null | undefined;
}

/** A sandbox's settings. */
export interface SandboxOptions {
  /** The port to listen on; a free one unless given. */
  readonly port?: number | null | undefined;
  /** The only API key to accept; any unless given. */
  readonly apiKey?: string | null | undefined;
  /** The only business to know; any UUID unless given. */
  readonly businessId?: string | null | undefined;
}

/** An outbox's settings. Durations are in milliseconds. */
export interface OutboxOptions {
  /** The UUID of the business at Connectly. Default: `CONNECTLY_BUSINESS_ID` of the environment. */
  readonly businessId?: string | null | undefined;
  /** How long `enqueue` waits at most until the event is on the disk. Default: 250 ms. */
  readonly enqueueTimeout?: number | null | undefined;
  /** How many events may wait at most in a file; PostgreSQL has no such limit. Default: `1000000`. */
  readonly maxEvents?: number | null | undefined;
  /** How many bytes the payloads of waiting events may have at most in a file. Default: `1073741824`. */
  readonly maxBytes?: number | null | undefined;
  /**
   * How long an event is tried that was surely not recorded; time in which the queue is paused does not
   * count. Default: 7 days.
   */
  readonly giveUpAfter?: number | null | undefined;
  /**
   * How long the payloads of accepted and cancelled events are kept. What became of them is kept for ever.
   * Default: 30 days.
   */
  readonly keepPayloads?: number | null | undefined;
}

/** How fast events are sent. */
export interface PaceOptions {
  /** How many requests run at a time. Default: `4`. */
  readonly concurrency?: number | null | undefined;
  /** How many requests begin within a second at most; no limit unless given. */
  readonly rate?: number | null | undefined;
}
