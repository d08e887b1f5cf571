# The wheel under every Python that can be had. Included from the repository's root.

CACHE ?= $(HOME)/.cache/connectly-conversions

.PHONY: test-python-versions test-python-lowest
## test-python-versions: the wheel (built here, or WHEEL) in an environment of its own under Python
## 3.10 to 3.15; 3.13 and newer in slim Debian roots, without compiler or certificates
ifndef WHEEL
test-python-versions: build-python
endif
test-python-versions:
	bindings-python/tests/versions/run $(or $(WHEEL),$(PY_DIST)/*.whl)

roots: python-roots
.PHONY: python-roots
python-roots:
	bindings-python/tests/versions/run --roots

LOWEST_PYTHON ?= $(firstword $(wildcard $(HOME)/.pyenv/versions/3.10.*/bin/python) python3.10)
## test-python-lowest: the whole suite under the lowest Python that is promised
test-python-lowest:
	$(MAKE) test-python PYTHON=$(LOWEST_PYTHON) PY_VENV=$(PY_CACHE)/venv-lowest
