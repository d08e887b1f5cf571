# The Python package: built as a wheel, tested as installed. Works from the repository's root.

CACHE ?= $(HOME)/.cache/connectly-conversions
PYTHON ?= python3
# `ci` builds in seconds what tests need; `release` is what users install.
export PY_PROFILE ?= ci

PY_DIR := bindings-python
PY_CACHE := $(CACHE)/python
PY_TOOLS := $(PY_CACHE)/tools
PY_VENV := $(PY_CACHE)/venv
PY_BENCH := $(PY_CACHE)/bench
# What is linted by the package's rules beside it.
PY_EXAMPLES := ../examples/python-checkout ../examples/celery-shop ../examples/django-shop ../tests/browser ../tests/snippet
PY_DIST := $(PY_CACHE)/dist
PY_BIN := $(PY_VENV)/bin
MATURIN := $(PY_TOOLS)/bin/maturin

.PHONY: build-python test-python test-servers-python lint-python pack-python pack-sdist bench-python \
	install-python

$(MATURIN):
	$(PYTHON) -m venv $(PY_TOOLS)
	$(PY_TOOLS)/bin/pip install --quiet maturin==1.16.0

$(PY_VENV)/.installed: $(PY_DIR)/tests/requirements.txt $(PY_DIR)/tests/servers/requirements.txt
	$(PYTHON) -m venv $(PY_VENV)
	$(PY_BIN)/pip install --quiet -r $(PY_DIR)/tests/requirements.txt \
		-r $(PY_DIR)/tests/servers/requirements.txt
	touch $@

build-python: $(MATURIN)
	rm -rf $(PY_DIST)
	$(MATURIN) build --quiet --locked --profile $(PY_PROFILE) --manifest-path $(PY_DIR)/Cargo.toml --out $(PY_DIST)

install-python: build-python $(PY_VENV)/.installed
	$(PY_BIN)/pip install --quiet --no-deps --no-index --force-reinstall $(PY_DIST)/*.whl

test-python: install-python postgres-servers
	cargo test --quiet -p connectly-forkguard
	cd $(PY_DIR) && $(PY_BIN)/python -m pytest $(PYTEST_OPTIONS) --ignore tests/django tests \
		../examples/python-checkout ../examples/celery-shop

lint-python: install-python
	cargo clippy -p connectly-forkguard --all-targets -- -D warnings
	PYO3_BUILD_EXTENSION_MODULE=1 cargo clippy -p connectly-conversions-python -- -D warnings
	$(PYTHON) $(PY_DIR)/docs.py --check
	cd $(PY_DIR) && $(PY_BIN)/ruff check . $(PY_EXAMPLES) && \
		$(PY_BIN)/ruff format --check . $(PY_EXAMPLES)
	cd $(PY_DIR) && $(PY_BIN)/mypy python/connectly_conversions tests/typing_user.py
	cd $(PY_DIR) && $(PY_BIN)/pyright --pythonpath $(PY_BIN)/python
	cd $(PY_DIR) && $(PY_BIN)/stubtest --mypy-config-file pyproject.toml connectly_conversions._native

## pack-python OUT=dir: each platform's wheel, and the source distribution
pack-python: pack-sdist
	$(PACK_PLATFORMS) --only wheel

pack-sdist: $(MATURIN)
	$(MATURIN) sdist --manifest-path $(PY_DIR)/Cargo.toml --out $(OUT)

bench-python: install-python
	$(PYTHON) -m venv $(PY_BENCH)
	$(PY_BENCH)/bin/pip install --quiet -r $(PY_DIR)/bench/requirements.txt
	$(PY_BENCH)/bin/pip install --quiet --no-deps --no-index --force-reinstall $(PY_DIST)/*.whl
	cd $(PY_DIR) && $(PY_BENCH)/bin/python -m bench && $(PY_BENCH)/bin/python -m bench.django_shop && \
		$(PY_BENCH)/bin/python -m bench.middleware
