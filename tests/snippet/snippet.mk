# The capture snippet, against both languages. Included from the repository's root.

SNIPPET_TOOLS := $(foreach name,bundlers visits,$(NODE_DIR)/test/frameworks/$(name)/node_modules/.package-lock.json)

.PHONY: snippet test-snippet
## snippet: core/snippet/landing.min.js, of its source
snippet: $(NODE_DIR)/test/frameworks/bundlers/node_modules/.package-lock.json
	node core/snippet/minify.mjs >core/snippet/landing.min.js

## test-snippet: the snippet agrees with the contract, the core, Express and Django
test-snippet: build-node build-python $(SNIPPET_TOOLS) $(BROWSER_VENV)/.installed
	$(BROWSER_VENV)/bin/pip install --quiet --no-deps --no-index --force-reinstall $(PY_DIST)/*.whl
	DJANGO=$(BROWSER_VENV)/bin/python $(HOSTILE) node --test tests/snippet/agree.test.mjs
