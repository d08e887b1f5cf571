/** What this process was warned of, whichever outbox it was. */
const told = new Set<string>();

/** Makes each of these a warning of the process, once. */
export function warnOnce(warnings: readonly string[]): void {
  for (const warning of warnings.filter((text) => !told.has(text))) {
    told.add(warning);
    process.emitWarning(warning);
  }
}
