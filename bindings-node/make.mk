# The Node package. Included by the root Makefile; works from the repository's root.

CACHE ?= $(HOME)/.cache/connectly-conversions
# The release profile costs minutes of link-time optimisation: it is for what is published.
NODE_PROFILE ?= ci
NODE_DIR := bindings-node
NODE_NPM := npm --prefix $(NODE_DIR) --cache $(CACHE)/npm --no-audit --no-fund --loglevel error
NODE_CRATE := -p connectly-conversions-node
NODE_RUN := cd $(NODE_DIR) && npx --no-install

.PHONY: build-node test-node lint-node pack-node pack-node-main bench-node node-modules node-addon node-typescript

## build-node: the addon of this machine, and the TypeScript
build-node: node-addon node-typescript

node-typescript: node-modules
	$(NODE_RUN) tsc -p tsconfig.json
	cp core/snippet/landing.min.js $(NODE_DIR)/dist/snippet.js
	echo 'export {};' >$(NODE_DIR)/dist/snippet.d.ts

node-addon:
	cargo build --quiet --profile $(NODE_PROFILE) $(NODE_CRATE)
	node $(NODE_DIR)/scripts/addon.mjs $(NODE_PROFILE)

node-modules: $(NODE_DIR)/node_modules/.package-lock.json
$(NODE_DIR)/node_modules/.package-lock.json: $(NODE_DIR)/package.json $(NODE_DIR)/package-lock.json
	# Not `ci`: some mirrors carry no packages of other platforms, and a lock made there lacks them.
	$(NODE_NPM) install --no-save --ignore-scripts
	touch $@

test-node: build-node postgres-servers $(foreach name,bundlers databases express next values visits,$(NODE_DIR)/test/frameworks/$(name)/node_modules/.package-lock.json)
	cd $(NODE_DIR) && $(HOSTILE) node --test test/*.test.mjs
	cd $(NODE_DIR) && $(HOSTILE) node --test test/frameworks/*.test.mjs

$(NODE_DIR)/test/frameworks/%/node_modules/.package-lock.json: $(NODE_DIR)/test/frameworks/%/package.json $(NODE_DIR)/test/frameworks/%/package-lock.json
	npm --prefix $(NODE_DIR)/test/frameworks/$* --cache $(CACHE)/npm --no-audit --no-fund --loglevel error install --no-save --ignore-scripts
	touch $@

lint-node: build-node
	cargo clippy $(NODE_CRATE) --no-deps --all-targets -- -D warnings
	$(NODE_RUN) biome ci $(if $(NO_COLOR),--colors=off) .
	$(NODE_RUN) publint --strict
	$(NODE_RUN) attw --pack .

## pack-node OUT=dir: the tarballs that npm would get, of the package and of each platform's addon
pack: pack-node

pack-node: pack-node-main
	$(PACK_PLATFORMS) --only addon

pack-node-main: node-typescript
	node $(NODE_DIR)/scripts/pack.mjs $(OUT) main

NODE_SHOP := examples/node-checkout
.PHONY: build-example-node test-example-node
build-example-node: build-node
	npm --prefix $(NODE_SHOP) --cache $(CACHE)/npm --no-audit --no-fund --loglevel error ci --ignore-scripts
	npm --prefix $(NODE_SHOP) --loglevel error --silent run build

test-examples: test-example-node
test-example-node: build-example-node
	$(HOSTILE) npm --prefix $(NODE_SHOP) --loglevel error test

## bench-node: beside undici, node:http, fetch, axios, Meta's SDK and better-sqlite3, in one run
bench: bench-node
bench-node:
	$(MAKE) build-node NODE_PROFILE=release
	npm --prefix $(NODE_DIR)/bench --cache $(CACHE)/npm --no-audit --no-fund --loglevel error ci --ignore-scripts
	# With the headers that lie beside node, where they do: else they are downloaded.
	npm --prefix $(NODE_DIR)/bench --cache $(CACHE)/npm --loglevel error rebuild better-sqlite3 --build-from-source \
		$(addprefix --nodedir=,$(shell node -p "const p = require('path').resolve(process.execPath, '../..'); require('fs').existsSync(p + '/include/node/node_api.h') ? p : ''"))
	node $(NODE_DIR)/bench/bench.mjs
	node $(NODE_DIR)/bench/outbox.mjs
	node $(NODE_DIR)/bench/visits.mjs

lint: lint-node
