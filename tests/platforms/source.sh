#!/usr/bin/env bash
# Installs from source as the README says, in empty environments: the command with cargo from the
# packed crate, the wheel with pip from the source distribution. The optimisation of a release is
# left out; what is compiled and packed is the same.
set -euo pipefail
cd "$(dirname "$0")/../.."

maturin=$CACHE/python/tools/bin/maturin
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
# Dependencies are compiled once, beside those of the tests.
export CARGO_TARGET_DIR=${CARGO_TARGET_DIR:-$PWD/target} CARGO_PROFILE_DEV_DEBUG=line-tables-only

cargo package --quiet --allow-dirty --no-verify -p connectly-conversions --target-dir "$work/package"
tar -C "$work" -xzf "$work"/package/package/connectly-conversions-*.crate
cargo install --quiet --debug --locked --path "$work"/connectly-conversions-*/ --features cli \
    --root "$work/cargo"
"$work/cargo/bin/connectly" --version
"$work/cargo/bin/connectly" capture \
    '/?cnct_tracking_id=t1&sendout_id=s1&ctwa_clid=c1&ad_id=1' | grep '^ctwa_clid: c1$'

"$maturin" sdist --manifest-path bindings-python/Cargo.toml --out "$work" 2>"$work/sdist.log" ||
    { cat "$work/sdist.log" >&2; exit 1; }
python3 -m venv "$work/venv"
MATURIN_PEP517_ARGS='--profile ci' "$work/venv/bin/pip" install --quiet "$work"/connectly_conversions-*.tar.gz
cd "$work"
venv/bin/connectly --version
venv/bin/python -c 'import connectly_conversions as c; assert c.TrackingParams.from_url("/") is None'
echo "installed from source: the command with cargo, the Python package with pip"
