// Prints landing.min.js, made with the esbuild of the Node package's tests: `make snippet`.

import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";

const here = (file) => fileURLToPath(new URL(file, import.meta.url));
const tools = createRequire(here("../../bindings-node/test/frameworks/bundlers/package.json"));
const { code } = tools("esbuild").transformSync(readFileSync(here("landing.js"), "utf8"), {
  minify: true,
  charset: "utf8",
  target: "es2020",
});
process.stdout.write(code.trimEnd());
