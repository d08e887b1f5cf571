# The wheel under every Python that can be had. Included from the repository's root.

CACHE ?= $(HOME)/.cache/connectly-conversions

.PHONY: test-python-versions
## test-python-versions: the wheel (built here, or WHEEL) in an environment of its own under Python
## 3.10 to 3.14; 3.13 and 3.14 in slim Debian roots, without compiler or certificates
ifndef WHEEL
test-python-versions: build-python
endif
test-python-versions:
	bindings-python/tests/versions/run $(or $(WHEEL),$(PY_DIST)/*.whl)
