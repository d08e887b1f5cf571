# The Swift package. Included by the root Makefile; works from the repository's root.

CACHE ?= $(HOME)/.cache/connectly-conversions
OUT ?= dist
# The release profile costs minutes of link-time optimisation: it is for what is published.
SWIFT_PROFILE ?= ci
# What writes the generated files need not be fast; the tests have built most of it in this profile.
SWIFT_BINDGEN_PROFILE ?= dev
SWIFT_DIR := bindings-swift
SWIFT_CRATE := -p connectly-conversions-swift
SWIFT_LIBRARY = $(or $(CARGO_TARGET_DIR),target)/$(SWIFT_PROFILE)/libconnectly_ffi.a
# Inside the tree, because a package's artifact bundle must be; ignored by git.
SWIFT_NATIVE := $(SWIFT_DIR)/.build/native
SWIFT_BUNDLE := $(SWIFT_NATIVE)/ConnectlyFFI.artifactbundle

# Swift of the PATH where there is one, else of a Debian root: trixie has 6.0, sid 6.2.
SWIFT_ROOT_60 := $(CACHE)/swift-trixie
SWIFT_ROOT_62 := $(CACHE)/swift-sid
SWIFT_ROOT := $(if $(shell command -v swift),path,$(SWIFT_ROOT_60))
SWIFT_RUN := $(SWIFT_DIR)/toolchain/swift.sh $(SWIFT_ROOT) \
	PKG_CONFIG_PATH=$(CURDIR)/$(SWIFT_NATIVE)
SWIFT_RUN_62 := $(SWIFT_DIR)/toolchain/swift.sh $(SWIFT_ROOT_62)
SWIFT_SCRATCH := .build/swift
SWIFT_SOURCES := Package.swift Package@swift-6.0.swift $(SWIFT_DIR)/Sources/ConnectlyConversions \
	$(SWIFT_DIR)/Sources/ConnectlyTesting $(SWIFT_DIR)/Tests examples/swift-checkout/Package.swift \
	examples/swift-checkout/Sources examples/swift-checkout/Tests

.PHONY: swift-root build-swift generate-swift test-swift test-example-swift swift-outside-check \
	swift-first-hour swift-bundle-check lint-swift docs-swift pack-swift

## swift-root: a Swift toolchain, where the PATH has none (about two minutes, once)
swift-root:
ifneq ($(SWIFT_ROOT),path)
	$(SWIFT_DIR)/toolchain/root.sh make trixie $(SWIFT_ROOT_60)
endif

roots: swift-roots
.PHONY: swift-roots
swift-roots: swift-root
	$(SWIFT_DIR)/toolchain/root.sh make sid $(SWIFT_ROOT_62)

## build-swift: the static library, laid out for pkg-config and as an artifact bundle
build-swift:
	cargo build --quiet --profile $(SWIFT_PROFILE) $(SWIFT_CRATE)
	$(SWIFT_DIR)/toolchain/native.sh $(SWIFT_LIBRARY) \
		$$(cargo pkgid $(SWIFT_CRATE) | sed 's/.*[@#]//') $(SWIFT_NATIVE)

## generate-swift: the Swift side of the border and its C header, after a change of src/
generate-swift: build-swift
	$(call swift_generate,$(SWIFT_DIR)/.build/generated)
	cp $(SWIFT_DIR)/.build/generated/ConnectlyFFI.swift $(SWIFT_DIR)/Sources/ConnectlyFFI/
	cp $(SWIFT_DIR)/.build/generated/CConnectlyFFI.h $(SWIFT_DIR)/Sources/CConnectlyFFI/

define swift_generate
	cargo run --quiet --profile $(SWIFT_BINDGEN_PROFILE) $(SWIFT_CRATE) --features bindgen \
		--bin uniffi-bindgen -- generate --language swift --no-format \
		--config $(SWIFT_DIR)/uniffi.toml --out-dir $(1) $(SWIFT_LIBRARY)
endef

# What a shell may hold that must not matter to a test.
SWIFT_HOSTILE := CONNECTLY_API_KEY=live-key CONNECTLY_BUSINESS_ID=none \
	CONNECTLY_BASE_URL=https://elsewhere.invalid CONNECTLY_EXTRA_CURRENCIES=XYZ \
	HTTPS_PROXY=http://127.0.0.1:1 HTTP_PROXY=http://127.0.0.1:1 ALL_PROXY=none NO_PROXY= \
	TZ=Asia/Kathmandu LANG=tr_TR.UTF-8 LC_ALL=tr_TR.UTF-8

test-swift: swift-root build-swift swift-outside-check swift-first-hour
	$(SWIFT_RUN) $(SWIFT_HOSTILE) swift test --scratch-path $(SWIFT_SCRATCH) -Xswiftc -warnings-as-errors

test-examples: test-example-swift
test-example-swift: swift-root build-swift
	$(SWIFT_RUN) $(SWIFT_HOSTILE) swift test --package-path examples/swift-checkout \
		--scratch-path $(SWIFT_SCRATCH)-checkout

SWIFT_OUTSIDE := swift run --package-path $(SWIFT_DIR)/.build/outside \
	--scratch-path $(SWIFT_SCRATCH)-outside
# The library as it was built, whose SQLite has the names of the system's.
SWIFT_SHARED := $(SWIFT_DIR)/.build/shared

# A package of its own depends on this one by path, builds, and sends a purchase, with the system's
# SQLite in the same program. That this notices when the two are taken for one is seen where they are.
swift-outside-check: swift-root build-swift
	$(SWIFT_DIR)/toolchain/outside.sh $(SWIFT_DIR)/.build/outside
	mkdir -p $(SWIFT_SHARED)/lib
	cp $(SWIFT_LIBRARY) $(SWIFT_SHARED)/lib
	cp $(SWIFT_NATIVE)/connectly_ffi.pc $(SWIFT_SHARED)
	! $(SWIFT_RUN) PKG_CONFIG_PATH=$(CURDIR)/$(SWIFT_SHARED) SWIFT_BACKTRACE=enable=no \
		$(SWIFT_OUTSIDE) >$(SWIFT_SHARED)/out 2>&1
	grep "the shop got another SQLite" $(SWIFT_SHARED)/out
	$(SWIFT_RUN) $(SWIFT_OUTSIDE)

## swift-first-hour: the README from its first command to a first report, in an empty folder
swift-first-hour: swift-root build-swift
	python3 $(SWIFT_DIR)/toolchain/first_hour.py $(SWIFT_DIR)/.build/first-hour \
		$(SWIFT_DIR)/toolchain/swift.sh $(SWIFT_ROOT) $(SWIFT_HOSTILE)

## swift-bundle-check: the same with Swift 6.2 and the artifact bundle
swift-bundle-check: build-swift
	$(SWIFT_DIR)/toolchain/outside.sh $(SWIFT_DIR)/.build/outside
	if $(SWIFT_DIR)/toolchain/root.sh make sid $(SWIFT_ROOT_62); then \
		$(SWIFT_RUN_62) CONNECTLY_FFI_BUNDLE=$(SWIFT_BUNDLE) \
			swift run --package-path $(SWIFT_DIR)/.build/outside \
			--scratch-path $(SWIFT_SCRATCH)-6.2; \
	else \
		echo "================================================================"; \
		echo "NOT CHECKED: no Swift 6.2 could be had on this machine, so nothing"; \
		echo "is known of Package.swift and its artifact bundle."; \
		echo "================================================================"; \
	fi

# Unpacked inside the tree, where a toolchain's root sees it.
SWIFT_PACKED := $(SWIFT_DIR)/.build/packed

## load-swift OUT=dir ARCHIVE=name: the same with what was packed: the archive, and the bundle of all
.PHONY: load-swift
load-swift: swift-root
	rm -rf $(SWIFT_PACKED)
	mkdir -p $(SWIFT_PACKED)/bundle
	tar -xzf $(OUT)/$(ARCHIVE) -C $(SWIFT_PACKED)
	$(PYTHON) -m zipfile -e $(OUT)/ConnectlyFFI.artifactbundle.zip $(SWIFT_PACKED)/bundle
	$(SWIFT_DIR)/toolchain/outside.sh $(SWIFT_DIR)/.build/outside
	$(SWIFT_RUN) PKG_CONFIG_PATH=$(CURDIR)/$(SWIFT_PACKED) $(SWIFT_OUTSIDE)
	$(SWIFT_DIR)/toolchain/root.sh make sid $(SWIFT_ROOT_62)
	$(SWIFT_RUN_62) CONNECTLY_FFI_BUNDLE=$(SWIFT_PACKED)/bundle/ConnectlyFFI.artifactbundle \
		swift run --package-path $(SWIFT_DIR)/.build/outside --scratch-path $(SWIFT_SCRATCH)-6.2

lint-swift: swift-root build-swift
	cargo clippy $(SWIFT_CRATE) -- -D warnings
	$(call swift_generate,$(SWIFT_DIR)/.build/generated)
	diff -u $(SWIFT_DIR)/Sources/ConnectlyFFI/ConnectlyFFI.swift \
		$(SWIFT_DIR)/.build/generated/ConnectlyFFI.swift
	diff -u $(SWIFT_DIR)/Sources/CConnectlyFFI/CConnectlyFFI.h \
		$(SWIFT_DIR)/.build/generated/CConnectlyFFI.h
	$(SWIFT_RUN) swift format lint --strict --recursive \
		--configuration $(SWIFT_DIR)/.swift-format $(SWIFT_SOURCES)

## pack-swift OUT=dir: each platform's native library, and all of them as one artifact bundle
pack-swift:
	$(PACK_PLATFORMS) --only swift
	python3 $(SWIFT_DIR)/toolchain/bundle.py $(OUT)

## docs-swift: the DocC archive; fails on a link that leads nowhere and on a symbol without words
docs: docs-swift
docs-swift: swift-root build-swift
	$(SWIFT_RUN) swift package --scratch-path $(SWIFT_SCRATCH) dump-symbol-graph \
		--minimum-access-level public
	python3 $(SWIFT_DIR)/toolchain/documented.py $(SWIFT_SCRATCH)/*/symbolgraph \
		$(SWIFT_SCRATCH)/symbols
	$(SWIFT_RUN) PATH=/usr/libexec/swift/bin:$$PATH docc convert --warnings-as-errors \
		--fallback-bundle-identifier ai.connectly.conversions \
		--additional-symbol-graph-dir $(SWIFT_SCRATCH)/symbols \
		--output-path $(SWIFT_SCRATCH)/ConnectlyConversions.doccarchive \
		$(SWIFT_DIR)/Sources/ConnectlyConversions/ConnectlyConversions.docc
