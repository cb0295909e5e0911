# From a fresh clone, `make demo` and `make test` need Python 3.11 or newer with venv, and nothing else.
# GNU make 3.81, which macOS has, is enough.

# Which Python the virtual environment is made with: make PYTHON=/path/to/python3 test
PYTHON ?=

VENV := .venv
BIN := $(VENV)/bin
RUNS := $(VENV)/.installed
TESTS := $(VENV)/.installed-dev
MEASURED := $(patsubst %,--cov=dialer/%,domain service engine) --cov-branch

PREFIX := /opt/dialer
STATE := /var/lib/dialer
CONFIG := /etc/dialer/config.toml
UNITS := /etc/systemd/system
INSTALLED := dialer.service dialer-backup.service dialer-backup.timer
USERS := /etc/sysusers.d/dialer.conf
PATHS := /etc/tmpfiles.d/dialer.conf
DESTDIR ?=

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help demo serve test test-phones lint bench install install-program install-files uninstall clean another-python

help:
	@echo 'make demo       a campaign of a thousand simulated calls, in half a minute'
	@echo 'make serve      the daemon in the foreground, with config.toml'
	@echo 'make test       every test, slow ones included'
	@echo 'make test-phones  real calls through an Asterisk that it obtains and starts itself'
	@echo 'make lint       ruff, mypy, import-linter'
	@echo 'make bench      the benchmarks'
	@echo 'make install    (root) the service for systemd; make uninstall takes it away'

demo: $(RUNS)
	@$(BIN)/dialer demo

serve: $(RUNS)
	@$(BIN)/dialer serve --config config.toml

test: $(TESTS)
	$(BIN)/python -m pytest -m 'not slow and not phones' $(MEASURED)
	$(BIN)/python -m pytest -m 'slow and not phones' -n 0 $(MEASURED) --cov-append --cov-fail-under=95

test-phones: $(TESTS)
	$(BIN)/python -m pytest -m phones -n 0 tests/phones

lint: $(TESTS)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

bench: $(TESTS)
	$(BIN)/python -m tests.bench.run

clean:
	rm -rf $(VENV) .coverage

# Leaves the first fitting interpreter in $$python, or ends with the one sentence that helps.
define find_python
python= bare= old=; \
for each in $(if $(PYTHON),'$(PYTHON)',python3.13 python3.12 python3.11 python3); do \
	"$$each" -c '' 2>/dev/null || continue; \
	"$$each" -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { old=$$each; continue; }; \
	"$$each" -c 'import ensurepip, venv' 2>/dev/null || { bare=$$each; continue; }; \
	python=$$each; break; \
done; \
more='install Python 3.11 or newer, or name one: make PYTHON=/path/to/python3'; \
if test -n "$$python"; then :; \
elif test -n "$$bare"; then echo "$$bare lacks venv; on Debian and Ubuntu: apt install python3-venv" >&2; exit 1; \
elif test -n "$$old"; then echo "$$old is too old: $$more" >&2; exit 1; \
else echo "$(or $(PYTHON),python3) is not there: $$more" >&2; exit 1; \
fi
endef

# A PYTHON that is named outright replaces an environment that another one made.
ifneq ($(PYTHON),)
ifneq ($(PYTHON),$(shell cat $(VENV)/.python 2>/dev/null))
HAS_VENV := false
$(RUNS): another-python
endif
endif
HAS_VENV ?= $(BIN)/python -m pip --version >/dev/null 2>&1

$(RUNS): pyproject.toml
	@$(HAS_VENV) || { $(find_python); "$$python" -m venv --clear $(VENV); }
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable .
	@echo '$(PYTHON)' >$(VENV)/.python
	@touch $@

$(TESTS): $(RUNS)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[dev]'
	@touch $@

# DESTDIR puts everything below another root, for packages and tests; nothing is started then.
install: install-program install-files
ifeq ($(DESTDIR),)
	systemd-sysusers $(USERS)
	systemd-tmpfiles --create $(PATHS)
	test ! -d /run/systemd/system || systemctl daemon-reload
	@echo 'Edit $(CONFIG), then: systemctl enable --now dialer dialer-backup.timer'
endif

install-program:
	@$(find_python); \
	"$$python" -c 'import os, sys; sys.exit(sys.base_prefix.startswith((os.path.expanduser("~"), "/home/")))' || { \
		echo "The service cannot read $$python, which is in a home folder: make install PYTHON=/usr/bin/python3" >&2; \
		exit 1; }; \
	"$$python" -m venv --clear '$(DESTDIR)$(PREFIX)'
	'$(DESTDIR)$(PREFIX)/bin/python' -m pip install --quiet --disable-pip-version-check .
	rm -rf build
ifneq ($(DESTDIR),)
	sed -i 's|$(DESTDIR)$(PREFIX)|$(PREFIX)|' '$(DESTDIR)$(PREFIX)/bin/dialer'
endif

install-files:
	install -d -m 755 '$(DESTDIR)$(UNITS)' '$(DESTDIR)$(dir $(USERS))' '$(DESTDIR)$(dir $(PATHS))' \
		'$(DESTDIR)$(dir $(CONFIG))'
	install -m 644 $(INSTALLED:%=systemd/%) '$(DESTDIR)$(UNITS)'
	install -m 644 systemd/sysusers.conf '$(DESTDIR)$(USERS)'
	install -m 644 systemd/tmpfiles.conf '$(DESTDIR)$(PATHS)'
	test -e '$(DESTDIR)$(CONFIG)' || install -m 640 systemd/config.toml '$(DESTDIR)$(CONFIG)'

uninstall:
ifeq ($(DESTDIR),)
	test ! -d /run/systemd/system || systemctl disable --now dialer dialer-backup.timer
endif
	rm -f $(INSTALLED:%='$(DESTDIR)$(UNITS)/%') '$(DESTDIR)$(USERS)' '$(DESTDIR)$(PATHS)'
	rm -rf '$(DESTDIR)$(PREFIX)'
ifeq ($(DESTDIR),)
	test ! -d /run/systemd/system || systemctl daemon-reload
endif
	@echo 'Kept: $(CONFIG), $(STATE) and the user dialer.'
