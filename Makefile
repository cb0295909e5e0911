# From a fresh clone, `make demo` and `make test` need Python 3.11 or newer with venv, and nothing else.
# GNU make 3.81, which macOS has, is enough.

# Which Python the virtual environment is made with: make PYTHON=/path/to/python3 test
PYTHON ?=

VENV := .venv
BIN := $(VENV)/bin
RUNS := $(VENV)/.installed
TESTS := $(VENV)/.installed-dev
DECIDES := dialer/domain dialer/service dialer/engine

PREFIX := /opt/dialer
STATE := /var/lib/dialer
CONFIG := /etc/dialer/config.toml
UNIT := /etc/systemd/system/dialer.service
USERS := /etc/sysusers.d/dialer.conf
PATHS := /etc/tmpfiles.d/dialer.conf
DESTDIR ?=

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help demo serve test lint bench install install-program install-files uninstall clean another-python

help:
	@echo 'make demo       a campaign of a thousand simulated calls, in half a minute'
	@echo 'make serve      the daemon in the foreground, with config.toml'
	@echo 'make test       every test, slow ones included'
	@echo 'make lint       ruff, mypy, import-linter'
	@echo 'make bench      the benchmarks'
	@echo 'make install    (root) the service for systemd; make uninstall takes it away'

demo: $(RUNS)
	@$(BIN)/dialer demo

serve: $(RUNS)
	@$(BIN)/dialer serve --config config.toml

test: $(TESTS)
	$(BIN)/python -m pytest -m '' $(DECIDES:%=--cov=%) --cov-branch --cov-fail-under=95

lint: $(TESTS)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

bench: $(TESTS)
	$(BIN)/python -m tests.bench.run

clean:
	rm -rf $(VENV) .coverage

# One line for each thing that can be wrong with a Python; it ends with the first that is right.
define find_python
for python in $(if $(PYTHON),'$(PYTHON)',python3.13 python3.12 python3.11 python3); do \
	"$$python" -c '' 2>/dev/null || { problem='is not there'; continue; }; \
	"$$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { problem='is too old'; continue; }; \
	"$$python" -c 'import ensurepip, venv' 2>/dev/null || { problem='lacks venv'; break; }; \
	problem=; break; \
done; \
case "$$problem" in \
	'') ;; \
	'lacks venv') echo "$$python lacks venv; on Debian or Ubuntu: apt install python3-venv" >&2; exit 1;; \
	*) echo "$$python $$problem: install Python 3.11 or newer, or name one: make PYTHON=/path/to/python3" >&2; exit 1;; \
esac
endef

# A PYTHON that is named outright replaces an environment that another one made.
ifneq ($(PYTHON),)
ifneq ($(PYTHON),$(shell cat $(VENV)/.python 2>/dev/null))
$(RUNS): another-python
endif
endif

another-python:
	@rm -rf $(VENV)

$(RUNS): pyproject.toml
	@$(find_python); \
	test -x $(BIN)/python || "$$python" -m venv $(VENV)
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
	@echo 'Edit $(CONFIG), then: systemctl enable --now dialer'
endif

install-program:
	@$(find_python); "$$python" -m venv --clear '$(DESTDIR)$(PREFIX)'
	'$(DESTDIR)$(PREFIX)/bin/python' -m pip install --quiet --disable-pip-version-check .

install-files:
	install -d -m 755 '$(DESTDIR)$(dir $(UNIT))' '$(DESTDIR)$(dir $(USERS))' '$(DESTDIR)$(dir $(PATHS))' \
		'$(DESTDIR)$(dir $(CONFIG))'
	install -m 644 systemd/dialer.service '$(DESTDIR)$(UNIT)'
	install -m 644 systemd/sysusers.conf '$(DESTDIR)$(USERS)'
	install -m 644 systemd/tmpfiles.conf '$(DESTDIR)$(PATHS)'
	test -e '$(DESTDIR)$(CONFIG)' || install -m 640 systemd/config.toml '$(DESTDIR)$(CONFIG)'

uninstall:
ifeq ($(DESTDIR),)
	test ! -d /run/systemd/system || systemctl disable --now dialer
endif
	rm -f '$(DESTDIR)$(UNIT)' '$(DESTDIR)$(USERS)' '$(DESTDIR)$(PATHS)'
	rm -rf '$(DESTDIR)$(PREFIX)'
ifeq ($(DESTDIR),)
	test ! -d /run/systemd/system || systemctl daemon-reload
endif
	@echo 'Kept: $(CONFIG), $(STATE) and the user dialer.'
