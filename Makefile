# Every target makes .venv by itself when it is needed; nothing is installed by hand.
PYTHON ?= python3
# The pip to set up with, such as PIP="pip==22.3"; without it, the one that Python brings.
PIP ?=
VENV := .venv
BIN := $(VENV)/bin
RUNS := $(VENV)/.runs
READY := $(VENV)/.ready
INSTALL := $(BIN)/python -m pip install -qq --no-input --disable-pip-version-check
LOCK := $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
  --no-strip-extras --no-emit-index-url --custom-compile-command "make lock"

TESTS := $(BIN)/python -m pytest -n auto
# Zones by their rules: not every machine has the list of names.
NEW_YORK := EST5EDT,M3.2.0,M11.1.0
KOLKATA := IST-5:30

.PHONY: demo test elsewhere sweep check audit build clients dns-servers fix bench lock clean

demo: $(RUNS)             ## the whole story on the local AWS, both environments
	@$(BIN)/python -m ses_provision demo

test: $(READY)            ## all tests
	@$(TESTS)

elsewhere: $(READY)       ## all tests on another day, in another time zone and without UTF-8
	@TZ="$(NEW_YORK)" LC_ALL=C $(TESTS) --clock 2031-03-09T06:58:00+00:00

sweep: $(READY)           ## all tests with every case of their sweeps and all pairs of settings
	TZ="$(NEW_YORK)" LC_ALL=C $(TESTS) --dense --pairs --clock 2031-03-09T06:58:00+00:00
	TZ="$(KOLKATA)" $(TESTS) --clock 2027-12-31T20:00:00+00:00

check: $(READY)           ## format, lint, types, tests with branch coverage
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/lint-imports --no-logo
	$(BIN)/mypy
	$(TESTS) --cov --cov-report=term
	@$(MAKE) --no-print-directory audit

audit: $(READY)           ## the locks, what is installed and its licences; known weaknesses where they can be looked up
	@$(BIN)/python -m tests.audit
	@if ! command -v pip-audit >/dev/null; then \
	  echo "audit: weaknesses not looked up: pip-audit is not installed (pipx install pip-audit)"; \
	elif ! $(BIN)/python -c 'import socket; socket.create_connection(("api.osv.dev", 443), 5)' 2>/dev/null; then \
	  echo "audit: weaknesses not looked up: api.osv.dev, which knows them, cannot be reached"; \
	else \
	  pip-audit --vulnerability-service osv --disable-pip --require-hashes -r requirements.lock && \
	  pip-audit --vulnerability-service osv --disable-pip --require-hashes -r requirements-dev.lock; \
	fi

build: $(READY)           ## wheel and sdist, the same every time, installed once with the oldest and newest Python
	@$(BIN)/python -m tests.build

clients: $(READY)         ## other people's clients against the local AWS, each in a folder of its own
	@$(BIN)/python -m tests.others

dns-servers: $(READY)     ## real name servers that take updates, where they are installed: BIND, PowerDNS
	@$(BIN)/python -m pytest -n 0 -rs tests/functional/test_dns_servers.py

fix: $(READY)             ## format, mend what the linter can mend, renew schema and reference
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .
	$(BIN)/ses-provision schema --write
	$(BIN)/python -m tests.reference --write

bench: $(READY)           ## measure speed (never part of the tests)
	$(BIN)/python -m tests.bench

lock: $(READY)            ## renew the locks from pyproject.toml
	$(INSTALL) uv
	$(LOCK) --extra local --output-file requirements.lock pyproject.toml
	$(LOCK) --group dev --constraint requirements.lock --output-file requirements-dev.lock

clean:                    ## remove everything that make built
	rm -rf $(VENV) build dist .mypy_cache .pytest_cache .ruff_cache .coverage .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# What the demo needs: no linters and no tests, compiled as far as it is used.
$(RUNS): requirements.lock
	@echo "Setting up $(VENV) (once) ..." >&2
	@$(PYTHON) -c 'import sys; sys.exit("ses-provision needs Python 3.11 or newer; set PYTHON=") if sys.version_info < (3, 11) else None'
	@$(PYTHON) -m venv $(VENV)
	@$(if $(PIP),$(INSTALL) "$(PIP)")
	@$(INSTALL) --no-compile --require-hashes -r requirements.lock
	@touch $@

$(READY): $(RUNS) pyproject.toml requirements-dev.lock
	@echo "Setting up the tests (once) ..." >&2
	@$(INSTALL) --require-hashes -r requirements-dev.lock
	@$(INSTALL) --no-deps --no-build-isolation --editable .
	@$(BIN)/python -m compileall -q -j 0 $(VENV)/lib >/dev/null || true
	@touch $@
