# The wheel under every Python that can be had. Included from the repository's root.

CACHE ?= $(HOME)/.cache/connectly-conversions

.PHONY: test-python-versions
## test-python-versions: WHEEL in an environment of its own under Python 3.10 to 3.14; 3.13 and 3.14
## in slim Debian roots, without compiler or certificates
test-python-versions:
	@test -n "$(WHEEL)" || { echo "make test-python-versions WHEEL=path/to/wheel" >&2; exit 64; }
	bindings-python/tests/versions/run "$(WHEEL)"
