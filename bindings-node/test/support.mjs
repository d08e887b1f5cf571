import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { Client, ConversionEvent, Outbox, TrackingParams } from "connectly-conversions";

export const API_KEY = "a-secret-key";
export const BUSINESS_ID = "0192d3a4-7b7c-7def-8123-456789abcdef";

/** The cases of `tests/vectors/NAME.json`. */
export function vectors(name) {
  return JSON.parse(readFileSync(new URL(`../../tests/vectors/${name}.json`, import.meta.url), "utf8")).cases;
}

/** Fails for a member that the runner does not know: no expectation is passed over. */
export function knows(record, ...names) {
  const unknown = Object.keys(record).filter((name) => !names.includes(name));
  assert.deepEqual(unknown, [], "members that this runner does not know");
}

/** Compares problems with the exact set that is expected. */
export function sameIssues(issues, expected) {
  for (const problem of expected) {
    knows(problem, "code", "path", "suggestion");
  }
  const key = ({ code, path }) => `${code} at ${JSON.stringify(path)}`;
  assert.deepEqual(issues.map(key).sort(), expected.map(key).sort());
  for (const problem of expected) {
    if ("suggestion" in problem) {
      const issue = issues.find((issue) => issue.path === problem.path && issue.code === problem.code);
      assert.equal(issue.suggestion ?? null, problem.suggestion);
    }
  }
}

export const tracking = TrackingParams.of({
  cnctTrackingId: "t1",
  sendoutId: "s1",
  ctwaClid: "c1",
  adId: "23851234567890123",
});

/** The documentation's example, with what a test changes of it. */
export function purchase(changes) {
  return ConversionEvent.purchase({
    tracking,
    orderId: "ORD-7821",
    currency: "USD",
    value: "99.97",
    items: [
      { id: "data-pass-30d", quantity: 1, itemPrice: "49.99" },
      { id: "phone-case-blk", quantity: 1, itemPrice: "49.98" },
    ],
    ...changes,
  });
}

/** The error that a call ends with, thrown or rejected. */
export async function errorOf(call) {
  try {
    await call();
  } catch (error) {
    return error;
  }
  assert.fail("an error was expected");
}

/**
 * A server of raw answers, which adds no headers of its own: `answer` gets each request's text and
 * gives the bytes that go back, or nothing at all.
 */
export async function rawServer(answer) {
  const sockets = new Set();
  const requests = [];
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on("close", () => sockets.delete(socket));
    socket.on("error", () => {});
    let text = "";
    socket.setEncoding("utf8");
    socket.on("data", (chunk) => {
      text += chunk;
      const end = text.indexOf("\r\n\r\n");
      const length = Number(/content-length: (\d+)/i.exec(text)?.[1]);
      const body = text.slice(end + 4);
      if (end >= 0 && Buffer.byteLength(body) >= length) {
        requests.push({ head: text.slice(0, end), body });
        text = "";
        const bytes = answer(requests.at(-1), socket);
        if (bytes !== undefined) {
          socket.write(bytes);
        }
      }
    });
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${server.address().port}`,
    requests,
    sockets,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) {
        socket.destroy();
      }
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** The bytes of an answer. */
export function answer(status, headers, body) {
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  return `HTTP/1.1 ${status} x\r\n${lines.join("")}content-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`;
}

export const RECEIVED = answer(200, {}, '{"events_received":1}');

export function clientOf(baseUrl, options) {
  // No test waits for them: a busy or an emulated machine takes longer than a shop would.
  const times = { timeout: 60_000, attemptTimeout: 60_000, connectTimeout: 60_000 };
  return new Client({ apiKey: API_KEY, businessId: BUSINESS_ID, baseUrl, ...times, ...options });
}

/** Disposes when the test ends: `await using` is newer than the oldest Node that is supported. */
export function using(t, resource) {
  t.after(() => resource[Symbol.asyncDispose]());
  return resource;
}

/** The URL of an outbox, in a folder that goes with the test. */
export function outboxUrl(t) {
  const folder = mkdtempSync(join(tmpdir(), "connectly-outbox-"));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  return `sqlite://${folder}/outbox.db`;
}

/** The outbox at this URL, closed with the test; the URL is its property. */
export function outboxOf(t, url, options) {
  // A busy machine is no reason to fail.
  const outbox = Outbox.open(url, { businessId: BUSINESS_ID, enqueueTimeout: 60_000, ...options });
  t.after(() => outbox.close().catch(() => {}));
  return Object.assign(outbox, { url });
}

/** An outbox in a file of its own. */
export function newOutbox(t, options) {
  return outboxOf(t, outboxUrl(t), options);
}

const folder = fileURLToPath(new URL(".", import.meta.url));
/** What a module of {@link start} has at hand unless told otherwise. */
const PRELUDE = `
  import { clientOf, purchase, rawServer, RECEIVED } from "./support.mjs";
  import { Sandbox } from "connectly-conversions/testing";
`;

/** Starts a module in a process of its own; `ended` gives what it printed and how it ended. */
export function start(source, prelude = PRELUDE, ...flags) {
  const child = spawn(process.execPath, [...flags, "--input-type=module", "--eval", prelude + source], {
    cwd: folder,
  });
  return { child, ended: ending(child) };
}

/** What a child printed and how it ended. */
export async function ending(child) {
  let stdout = "";
  let stderr = "";
  child.stdout.on("data", (chunk) => {
    stdout += chunk;
  });
  child.stderr.on("data", (chunk) => {
    stderr += chunk;
  });
  const [code, signal] = await once(child, "close");
  return { stdout, stderr, code, signal };
}
