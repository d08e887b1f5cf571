# The Django adapter, on real databases. Included from the repository's root.

CACHE ?= $(HOME)/.cache/connectly-conversions

# Each Django that is promised under this Python; the newest needs Python 3.12, and has Debian's.
DJANGOS ?= 4.2 5.2
DJANGO_NEWEST ?= 6.0
DATABASES ?= sqlite postgresql mariadb
DJANGO_TESTS := $(PY_DIR)/tests/django

.PHONY: test-django django-servers
## test-django: every Django on SQLite, and on PostgreSQL and MariaDB servers of their own
test-django: build-python django-servers
	for version in $(DJANGOS); do \
		venv=$(PY_CACHE)/django-$$version; \
		[ -e $$venv/.installed -a $$venv/.installed -nt $(DJANGO_TESTS)/requirements.txt ] || { \
			$(PYTHON) -m venv $$venv && \
			$$venv/bin/pip install --quiet "django==$$version.*" -r $(DJANGO_TESTS)/requirements.txt && \
			touch $$venv/.installed; }; \
		$$venv/bin/pip install --quiet --no-deps --no-index --force-reinstall $(PY_DIST)/*.whl; \
		for database in $(DATABASES); do \
			echo "Django $$version on $$database"; \
			(cd $(PY_DIR) && $$venv/bin/python -m pytest $(PYTEST_OPTIONS) tests/django --database $$database); \
		done; \
	done

## test-django-newest: under the Python 3.13 of trixie; after test-python-versions, which makes its root
.PHONY: test-django-newest
test-django-newest: build-python
	$(DJANGO_TESTS)/trixie $(PY_DIST)/*.whl $(DJANGO_NEWEST)

# Debian's servers, and what mysqlclient is compiled with. Each test session starts its own.
django-servers:
	command -v mariadbd >/dev/null && ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1 && \
		command -v mariadb_config >/dev/null || \
		$(if $(filter 0,$(shell id -u)),,sudo) sh -c 'apt-get update -qq && \
			DEBIAN_FRONTEND=noninteractive apt-get install --yes --no-install-recommends \
			postgresql mariadb-server libmariadb-dev pkg-config >/dev/null'
