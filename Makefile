# Every task of the project. The README and .ci/run call only these; each does its own set-up on
# a machine that has Rust, Python 3 and Node.

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help

# Toolchains and virtual environments live outside the tree; deleting the folder costs only time.
CACHE ?= $(HOME)/.cache/connectly-conversions
export CACHE

CARGO_TOOLS := $(CACHE)/cargo
export PATH := $(CARGO_TOOLS)/bin:$(PATH)

OUT ?= dist

CORE := -p connectly-conversions -p connectly-conformance -p connectly-test-postgres \
	-p connectly-bench-queues -p connectly-torture

.PHONY: help demo test lint bench fuzz docs pack generate lint-surface \
	test-core test-python test-node test-swift test-examples lint-core bench-core docs-core

help:
	@echo "make demo | shop | test | lint | bench | fuzz | torture | docs | pack OUT=dir [PLATFORMS=all]"
	@echo "make test-core | test-python | test-django | test-node | test-swift | test-examples | test-browser | test-snippet | test-platforms"

include bindings-python/make.mk
include bindings-python/versions.mk
include bindings-python/django.mk
include bindings-node/make.mk
include bindings-swift/make.mk
include tests/platforms/platforms.mk
include tests/browser/browser.mk
include tests/snippet/snippet.mk

## demo: a shopper lands and buys in a Django shop, and the report arrives; against the sandbox
demo:
	@if $(MAKE) --silent $(SHOP_VENV)/.installed; then $(MAKE) --silent demo-shop; \
		else echo "Django cannot be installed here, so the command is shown."; \
		$(MAKE) --silent demo-command; fi

.PHONY: demo-shop demo-command shop
demo-shop: install-shop
	$(SHOP_VENV)/bin/python examples/django-shop/demo.py

demo-command:
	cargo build --quiet -p connectly-conversions --features cli
	examples/demo/run $(or $(CARGO_TARGET_DIR),target)/debug/connectly

## shop: the Django shop, its worker and a sandbox, for your own browser; PORT=8000
shop: install-shop
	PYTHON=$(SHOP_VENV)/bin/python examples/django-shop/run

## roots: the other releases of Debian that tests run in; whoever needs one makes it, too
.PHONY: roots

test: test-core test-python test-django test-node test-swift test-examples test-browser test-snippet

# A shell that would change what is tested, if anything depended on it.
HOSTILE := CONNECTLY_API_KEY=live-key CONNECTLY_BUSINESS_ID=none CONNECTLY_BASE_URL=https://none.invalid \
	CONNECTLY_EXTRA_CURRENCIES=ZZZ HTTPS_PROXY=http://127.0.0.1:9 LC_ALL=tr_TR.UTF-8 TZ=Pacific/Apia

test-core: postgres-servers
	cargo test $(CORE) --all-features --no-run
	$(HOSTILE) cargo test --offline $(CORE) --all-features
	cargo test -p connectly-conversions --no-default-features

## test-postgres: what of test-core needs a PostgreSQL server; each test program starts its own
.PHONY: test-postgres postgres-servers
test-postgres: postgres-servers
	cargo test $(CORE) --all-features --lib postgres
	cargo test $(CORE) --all-features --test postgres --test servers --test outbox

## test-hosts: three network namespaces on one PostgreSQL server, and all that goes wrong; as root
.PHONY: test-hosts hosts-tools
test-hosts: hosts-tools
	cargo test -p connectly-torture --test hosts --test postgresql -- --ignored --test-threads 1

hosts-tools: postgres-servers
	command -v ip >/dev/null && ls /usr/lib/x86_64-linux-gnu/faketime/libfaketime.so.1 >/dev/null 2>&1 || \
		$(if $(filter 0,$(shell id -u)),,sudo) sh -c 'apt-get update -qq && \
			DEBIAN_FRONTEND=noninteractive apt-get install --yes --no-install-recommends \
			iproute2 libfaketime >/dev/null'

# Debian's servers.
postgres-servers:
	ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1 && ls /usr/sbin/pgbouncer >/dev/null 2>&1 || \
		$(if $(filter 0,$(shell id -u)),,sudo) sh -c 'apt-get update -qq && \
			DEBIAN_FRONTEND=noninteractive apt-get install --yes --no-install-recommends \
			postgresql pgbouncer >/dev/null'

## torture: long what test-core does in seconds: kill -9, a crowd, a million virtual days
.PHONY: torture torture-kill torture-crowd torture-hosts torture-simulation torture-network
torture: torture-kill torture-crowd torture-hosts torture-simulation torture-network
# What the outbox is on.
STORES ?= sqlite postgresql
FILES ?= 10
ROUNDS ?= 30
torture-kill: postgres-servers
	for store in $(STORES); do \
		cargo run -p connectly-torture -- kill --store $$store --files $(FILES) --rounds $(ROUNDS); done

CROWD_SECONDS ?= 180
torture-crowd: postgres-servers
	for store in $(STORES); do \
		cargo run -p connectly-torture -- crowd --store $$store --seconds $(CROWD_SECONDS); done

# How fast three hosts are before, while and after each kind of chaos: so long before and after.
CALM_SECONDS ?= 20
torture-hosts: hosts-tools
	cargo run -p connectly-torture -- hosts --seconds $(CALM_SECONDS)

# So many virtual days; SEED plays one world alone.
DAYS ?= 1000000
torture-simulation:
	OUTBOX_DAYS=$(DAYS) $(if $(SEED),OUTBOX_SEED=$(SEED)) cargo test --profile ci \
		-p connectly-conversions --features outbox --lib many_days -- --ignored --nocapture

# So many orders that a hundred workers deliver over a network that fails; SEED plays one world alone.
ORDERS ?= 10000000
torture-network:
	OUTBOX_ORDERS=$(ORDERS) $(if $(SEED),OUTBOX_SEED=$(SEED)) cargo test --profile ci \
		-p connectly-conversions --features outbox --lib many_orders -- --ignored --nocapture

test-examples: test-example-rust

.PHONY: test-example-rust lint-core
test-example-rust:
	cargo test -p rust-checkout
	cargo build --quiet -p connectly-conversions --features cli
	examples/demo/check $(or $(CARGO_TARGET_DIR),target)/debug/connectly

lint: lint-surface lint-core lint-python lint-node lint-swift

## generate: every language's lists and documentation, from core/schema/surface.json
generate:
	python3 core/schema/generate
	python3 bindings-python/docs.py

## lint-surface: what is generated is what surface.json says
lint-surface:
	python3 core/schema/generate --check

lint-core: $(CARGO_TOOLS)/bin/cargo-deny
	cargo fmt --all --check
	cargo clippy $(CORE) -p rust-checkout --all-targets --all-features -- -D warnings
	cargo clippy -p connectly-conversions --no-default-features -- -D warnings
	RUSTDOCFLAGS="-D warnings" cargo doc --no-deps -p connectly-conversions --all-features
	cargo deny --all-features check --hide-inclusion-graph bans licenses sources
	.ci/advisories

$(CARGO_TOOLS)/bin/cargo-deny:
	cargo install --locked --quiet cargo-deny --version 0.20.2 --root $(CARGO_TOOLS)

docs: docs-core
docs-core:
	cargo doc --no-deps -p connectly-conversions --all-features

bench: bench-core bench-postgres bench-python bench-node
bench-core:
	cargo bench --profile ci -p connectly-conversions --features outbox-sqlite,sandbox --bench bench

# With up to so many rows; PARTS may name some of: beside depth workers held.
ROWS ?= 1000000
.PHONY: bench-postgres
bench-postgres: postgres-servers
	cargo run --profile ci -p connectly-bench-queues -- $(PARTS) $(ROWS)

## fuzz: each target for SECONDS, from the corpus of the vectors
SECONDS_EACH ?= 60
fuzz: $(CARGO_TOOLS)/bin/cargo-fuzz
	core/fuzz/run $(SECONDS_EACH)

$(CARGO_TOOLS)/bin/cargo-fuzz:
	cargo install --locked --quiet cargo-fuzz --root $(CARGO_TOOLS)

## pack: what each registry would get, into OUT
pack: $(OUT) pack-core pack-python pack-node pack-swift

.PHONY: pack-core
pack-core: $(OUT)
	# With the list of contents, which is written for the package only.
	python3 tests/platforms/sbom.py core/Cargo.toml all core/sbom.cdx.json --all-features
	trap 'rm core/sbom.cdx.json' EXIT; cargo package --allow-dirty -p connectly-conversions
	cp "$$(ls -t $(or $(CARGO_TARGET_DIR),target)/package/connectly-conversions-*.crate | head -n 1)" $(OUT)

$(OUT):
	mkdir -p $@
