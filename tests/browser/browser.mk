# The example shops, driven by a real Chromium. Included from the repository's root.

CACHE ?= $(HOME)/.cache/connectly-conversions

# The shops that `make test-browser` plays; each has a target `browser-shop-NAME` that builds it.
SHOPS := django django-postgresql express next rust
SHOP ?= $(SHOPS)
BROWSER_DIR := tests/browser
BROWSER_VENV := $(PY_CACHE)/browser
# Side by side, since a killed worker's order waits for a minute.
BROWSER_JOBS ?= 3

.PHONY: test-browser chromium
## test-browser: every journey of tests/browser against every shop, or SHOP alone
test-browser: chromium django-servers build-python $(BROWSER_VENV)/.installed $(SHOP:%=browser-shop-%)
	$(BROWSER_VENV)/bin/pip install --quiet --no-deps --no-index --force-reinstall $(PY_DIST)/*.whl
	$(BROWSER_VENV)/bin/python -m pytest $(PYTEST_OPTIONS) -n $(BROWSER_JOBS) --wheel=$$(echo $(PY_DIST)/*.whl) \
		$(SHOP:%=--shop=%) $(BROWSER_DIR)

# What a shop's processes need built. Django's need the wheel, which the suite needs as well.
.PHONY: browser-shop-django browser-shop-django-postgresql
browser-shop-django browser-shop-django-postgresql:

.PHONY: browser-shop-express browser-shop-rust
browser-shop-express: build-example-node

# As an image gets it: packed, built, and moved elsewhere.
NEXT_DIR := examples/node-checkout/next
export NEXT_SHOP := $(CACHE)/node/next-shop
.PHONY: browser-shop-next
browser-shop-next: build-example-node
	rm -rf $(NEXT_SHOP) $(NEXT_SHOP).packed && mkdir -p $(NEXT_SHOP).packed
	node $(NODE_DIR)/scripts/pack.mjs $(NEXT_SHOP).packed
	npm --prefix $(NEXT_DIR) --cache $(CACHE)/npm --no-audit --no-fund --loglevel error \
		install --no-save --ignore-scripts
	npm --prefix $(NEXT_DIR) --cache $(CACHE)/npm --no-audit --no-fund --loglevel error \
		install --no-save --offline --ignore-scripts --include=dev $(NEXT_SHOP).packed/*.tgz
	NEXT_TELEMETRY_DISABLED=1 NEXT_IGNORE_INCORRECT_LOCKFILE=1 \
		npm --prefix $(NEXT_DIR) --silent run build >/dev/null
	cp -r $(NEXT_DIR)/.next/standalone $(NEXT_SHOP)

browser-shop-rust:
	cargo build --quiet -p rust-checkout

$(BROWSER_VENV)/.installed: $(BROWSER_DIR)/requirements.txt examples/django-shop/requirements.txt
	$(PYTHON) -m venv $(BROWSER_VENV)
	$(BROWSER_VENV)/bin/pip install --quiet -r $(BROWSER_DIR)/requirements.txt -r examples/django-shop/requirements.txt
	touch $@

## screenshot: the README's pictures of the sandbox's page, into docs/
.PHONY: screenshot
screenshot: chromium build-python $(BROWSER_VENV)/.installed
	$(BROWSER_VENV)/bin/pip install --quiet --no-deps --no-index --force-reinstall $(PY_DIST)/*.whl
	cd $(BROWSER_DIR) && $(BROWSER_VENV)/bin/python screenshot.py $(CURDIR)/docs

chromium:
	command -v chromium >/dev/null || \
		$(if $(filter 0,$(shell id -u)),,sudo) sh -c 'apt-get update -qq && \
			DEBIAN_FRONTEND=noninteractive apt-get install --yes --no-install-recommends chromium >/dev/null'

# The Django shop without the suite.
SHOP_VENV := $(PY_CACHE)/shop
.PHONY: install-shop
install-shop: build-python $(SHOP_VENV)/.installed
	$(SHOP_VENV)/bin/pip install --quiet --no-deps --no-index --force-reinstall $(PY_DIST)/*.whl

$(SHOP_VENV)/.installed: examples/django-shop/requirements.txt
	$(PYTHON) -m venv $(SHOP_VENV)
	$(SHOP_VENV)/bin/pip install --quiet -r $<
	touch $@
