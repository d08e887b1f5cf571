// What the types say: `test/types.mts` compiles, and each of its marked lines would not.

import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { it } from "node:test";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import * as main from "connectly-conversions";
import { ERROR_CODES, ERROR_KINDS, ISSUE_CODES } from "../dist/codes.js";
import { native } from "../dist/native.js";

const root = fileURLToPath(new URL("..", import.meta.url));

it("the types take what is right and refuse what is wrong", async () => {
  const tsc = fileURLToPath(new URL("../node_modules/typescript/bin/tsc", import.meta.url));
  await promisify(execFile)(process.execPath, [tsc, "-p", "test/tsconfig.json"], { cwd: root }).catch(
    (error) => assert.fail(error.stdout),
  );
});

it("the codes are the core's", () => {
  const table = JSON.parse(readFileSync(new URL("../../core/schema/surface.json", import.meta.url), "utf8"));
  assert.deepEqual(
    [...ERROR_KINDS],
    table.kinds.map(({ kind }) => kind),
  );
  assert.deepEqual(
    [...ERROR_CODES],
    table.errors.map(({ code }) => code),
  );
  assert.deepEqual(native.vocabulary(), [[...ERROR_KINDS], [...ERROR_CODES], [...ISSUE_CODES]]);
});

it("where there are no addons every export is named", () => {
  const source = readFileSync(new URL("../dist/unsupported.mjs", import.meta.url), "utf8");
  const names = [...source.matchAll(/^export const (\w+)/gm)].map(([, name]) => name);
  const exported = Object.keys(main).filter(
    (name) => !["default", "module.exports", "__esModule"].includes(name),
  );
  assert.deepEqual(names.sort(), exported.sort());
});
