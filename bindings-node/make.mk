# The Node package. Included by the root Makefile; works from the repository's root.

CACHE ?= $(HOME)/.cache/connectly-conversions
# The release profile costs minutes of link-time optimisation: it is for what is published.
NODE_PROFILE ?= ci
NODE_DIR := bindings-node
NODE_NPM := npm --prefix $(NODE_DIR) --cache $(CACHE)/npm --no-audit --no-fund --loglevel error
NODE_CRATE := -p connectly-conversions-node
NODE_RUN := cd $(NODE_DIR) && npx --no-install

.PHONY: build-node test-node lint-node pack-node bench-node node-modules node-addon

## build-node: the addon of this machine, and the TypeScript
build-node: node-addon node-modules
	$(NODE_RUN) tsc -p tsconfig.json

node-addon:
	cargo build --quiet --profile $(NODE_PROFILE) $(NODE_CRATE)
	node $(NODE_DIR)/scripts/addon.mjs $(NODE_PROFILE)

node-modules: $(NODE_DIR)/node_modules/.package-lock.json
$(NODE_DIR)/node_modules/.package-lock.json: $(NODE_DIR)/package.json $(NODE_DIR)/package-lock.json
	$(NODE_NPM) ci --ignore-scripts
	touch $@

test-node: build-node
	cd $(NODE_DIR) && node --test test/*.test.mjs

lint-node: build-node
	cargo clippy $(NODE_CRATE) --all-targets -- -D warnings
	$(NODE_RUN) biome ci .
	$(NODE_RUN) publint --strict
	$(NODE_RUN) attw --pack . --profile node16
