/**
 * The environment as JavaScript has it. Test runners and worker threads have one of their own, which
 * the native half cannot see: it would read the shell's, and a test could reach the real API.
 */

/** A variable; empty where it is not set. */
export function variable(name: string): string {
  return process.env[name] ?? "";
}

/** Every variable of this package. */
export function ourVariables(): Record<string, string> {
  const ours = Object.entries(process.env).filter(([name]) => name.startsWith("CONNECTLY_"));
  return Object.fromEntries(ours.map(([name, value]) => [name, String(value)]));
}
