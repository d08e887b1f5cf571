/**
 * What edge runtimes, Workers and browsers get: they have no native addons, and a browser must
 * not hold the API key.
 */

throw new Error(
  "connectly-conversions needs Node.js: it is a native addon, which edge runtimes, Workers and " +
    "browsers cannot load, and the API key belongs on a server. In Next.js, let the route run on " +
    'Node.js (export const runtime = "nodejs") and list the package in serverExternalPackages. In ' +
    "Jest, run tests of the server with the environment node (@jest-environment node).",
);
