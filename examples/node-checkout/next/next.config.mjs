import { join } from "node:path";

// The Express shop's carts, orders and pages are used here, too.
const root = join(import.meta.dirname, "..");

export default {
  output: "standalone",
  outputFileTracingRoot: root,
  serverExternalPackages: ["connectly-conversions"],
  turbopack: { root },
};
