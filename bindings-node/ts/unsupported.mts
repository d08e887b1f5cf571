/** As `unsupported.ts`, for `import`. It names every export, so that a bundler's error is that one. */

import "./unsupported.js";

export const AuthenticationError = undefined;
export const Client = undefined;
export const ConfigurationError = undefined;
export const ConnectlyError = undefined;
export const ConversionEvent = undefined;
export const COOKIE_NAME = undefined;
export const Landing = undefined;
export const NetworkError = undefined;
export const NotFoundError = undefined;
export const Outbox = undefined;
export const OutboxError = undefined;
export const RateLimitedError = undefined;
export const RejectedError = undefined;
export const RequestTimeoutError = undefined;
export const ResponseError = undefined;
export const SCRIPT_COOKIE_NAME = undefined;
export const ServerError = undefined;
export const TrackingParams = undefined;
export const ValidationError = undefined;
export const Worker = undefined;
