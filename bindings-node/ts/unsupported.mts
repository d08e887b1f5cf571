/**
 * What edge runtimes, Workers and browsers get: they have no native addons, and a browser must
 * not hold the API key. It names every export, so that a bundler's error is this one.
 */

function unsupported(): never {
  throw new Error(
    "connectly-conversions needs Node.js: it is a native addon, which edge runtimes, Workers and " +
      "browsers cannot load, and the API key belongs on a server. In Next.js, let the route run on " +
      'Node.js (export const runtime = "nodejs") and list the package in serverExternalPackages.',
  );
}

export const AuthenticationError: never = unsupported();
export const Client: never = unsupported();
export const ConfigurationError: never = unsupported();
export const ConnectlyError: never = unsupported();
export const ConversionEvent: never = unsupported();
export const COOKIE_NAME: never = unsupported();
export const Landing: never = unsupported();
export const NetworkError: never = unsupported();
export const NotFoundError: never = unsupported();
export const OutboxError: never = unsupported();
export const RateLimitedError: never = unsupported();
export const RejectedError: never = unsupported();
export const RequestTimeoutError: never = unsupported();
export const ResponseError: never = unsupported();
export const SCRIPT_COOKIE_NAME: never = unsupported();
export const ServerError: never = unsupported();
export const TrackingParams: never = unsupported();
export const ValidationError: never = unsupported();
