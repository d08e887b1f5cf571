// The platforms that are published, one package each, named after what `process` says of them.

export const PLATFORMS = [
  { target: "linux-x64-gnu", os: "linux", cpu: "x64", libc: "glibc", rust: "x86_64-unknown-linux-gnu" },
  { target: "linux-x64-musl", os: "linux", cpu: "x64", libc: "musl", rust: "x86_64-unknown-linux-musl" },
  { target: "linux-arm64-gnu", os: "linux", cpu: "arm64", libc: "glibc", rust: "aarch64-unknown-linux-gnu" },
  { target: "linux-arm64-musl", os: "linux", cpu: "arm64", libc: "musl", rust: "aarch64-unknown-linux-musl" },
  { target: "darwin-x64", os: "darwin", cpu: "x64", rust: "x86_64-apple-darwin" },
  { target: "darwin-arm64", os: "darwin", cpu: "arm64", rust: "aarch64-apple-darwin" },
  { target: "win32-x64-msvc", os: "win32", cpu: "x64", rust: "x86_64-pc-windows-msvc" },
  { target: "win32-arm64-msvc", os: "win32", cpu: "arm64", rust: "aarch64-pc-windows-msvc" },
];

/** The platform of this machine. */
export function here() {
  const { platform, arch, report } = process;
  const libc = report.getReport().header.glibcVersionRuntime === undefined ? "musl" : "glibc";
  const found = PLATFORMS.find(
    ({ os, cpu, libc: needed }) =>
      os === platform && cpu === arch && (needed === undefined || needed === libc),
  );
  if (found === undefined) {
    throw new Error(`nothing is published for ${platform} ${arch}`);
  }
  return found;
}
