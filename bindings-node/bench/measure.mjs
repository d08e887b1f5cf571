// What the benches share: the main thread's time, and medians.

import { readFileSync } from "node:fs";

/** CPU µs of the main thread so far: Linux tells it of each thread, newer versions of Node of theirs. */
export function ofMainThread() {
  if (process.threadCpuUsage) {
    const { user, system } = process.threadCpuUsage();
    return user + system;
  }
  return Number(readFileSync(`/proc/self/task/${process.pid}/schedstat`, "utf8").split(" ")[0]) / 1e3;
}

export const rounded = (value, digits) => Number(value.toFixed(digits));
export const quantile = (values, share) =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length * share)];
export const median = (values) => quantile(values, 0.5);
