# Packages for other machines: packed, loaded, and what is inside. Works from the repository's root.

# What is packed: nothing is this machine's platform, `all` are those of Linux.
PLATFORMS ?=
PACK_PROFILE ?= release
PLATFORM_DIR := tests/platforms
PACK_PLATFORMS = python3 $(PLATFORM_DIR)/pack.py $(OUT) --profile $(PACK_PROFILE) \
	--platforms "$(PLATFORMS)"
LOAD_PLATFORMS := python3 $(PLATFORM_DIR)/load.py
# In the cache: what CI builds, it finds again.
PLATFORM_OUT := $(CACHE)/platforms/packages
FEW_PLATFORMS := linux-arm64-gnu linux-x64-musl
ZIZMOR := $(CACHE)/zizmor/bin/zizmor

.PHONY: platforms test-platforms test-packing test-reproducible test-source notices lint-platforms

## test-platforms: a foreign processor and a foreign C library, built for tests and loaded, and
## what is installed from source; `platforms` is the proof of a release
test-platforms: test-packing test-source
	rm -rf $(PLATFORM_OUT)
	$(MAKE) OUT=$(PLATFORM_OUT) PACK_PROFILE=ci PLATFORMS="$(FEW_PLATFORMS)" pack-python pack-node
	$(LOAD_PLATFORMS) $(PLATFORM_OUT) --platforms "$(FEW_PLATFORMS)" --only wheel --only addon
	python3 $(PLATFORM_DIR)/contents.py $(PLATFORM_OUT)

## platforms PLATFORMS=all OUT=dir: the packages of a release packed, loaded, tested by the
## languages' suites and the core's, and opened; says loudly what was not loaded
platforms: $(OUT)
	$(MAKE) pack-python pack-node pack-swift
	$(LOAD_PLATFORMS) $(OUT) --platforms "$(PLATFORMS)" --suites
	# This machine's wheel under every Python that can be had.
	for wheel in $(OUT)/*-manylinux*_$$(uname -m).whl; do \
		[ ! -e $$wheel ] || bindings-python/tests/versions/run $$wheel; done
	python3 $(PLATFORM_DIR)/contents.py $(OUT)

## test-reproducible PLATFORMS=…: packed twice, in two folders, the packages have the same bytes
test-reproducible:
	$(MAKE) OUT=$(PLATFORM_OUT)-first pack-python pack-node pack-swift
	PACK_TARGET=target-again $(MAKE) OUT=$(PLATFORM_OUT)-second pack-python pack-node pack-swift
	diff --recursive --brief $(PLATFORM_OUT)-first $(PLATFORM_OUT)-second

# The checks themselves: what is planted must be found.
test-packing:
	cd $(PLATFORM_DIR) && python3 -m unittest --quiet test_floor test_contents test_wheels

## test-source: the command by cargo install, and the wheel from the source distribution, each in an
## empty environment
test-source: $(MATURIN)
	$(PLATFORM_DIR)/source.sh

## notices: the licences of what is linked; after a change of Cargo.lock
notices: $(CARGO_TOOLS)/bin/cargo-about
	cargo fetch --locked
	cargo about generate --workspace --all-features --locked --offline \
		--config $(PLATFORM_DIR)/about.toml --output-file THIRD-PARTY-NOTICES $(PLATFORM_DIR)/notices.hbs
	# Crates from Windows have its line ends.
	sed -i 's/\r$$//' THIRD-PARTY-NOTICES

$(CARGO_TOOLS)/bin/cargo-about:
	cargo install --locked --quiet cargo-about --version 0.9.3 --root $(CARGO_TOOLS)

# The scripts, the notices against Cargo.lock, and the workflow of a release.
lint: lint-platforms
lint-platforms: $(PY_VENV)/.installed $(ZIZMOR)
	$(PY_BIN)/ruff check $(PLATFORM_DIR) && $(PY_BIN)/ruff format --check $(PLATFORM_DIR)
	python3 $(PLATFORM_DIR)/contents.py
	$(ZIZMOR) --quiet --offline --no-progress .github/workflows

$(ZIZMOR):
	$(PYTHON) -m venv $(CACHE)/zizmor
	$(CACHE)/zizmor/bin/pip install --quiet zizmor==1.32.0
