# Every target makes .venv by itself when it is needed; nothing is installed by hand.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready

.PHONY: demo test sweep check audit fix bench lock clean

demo: $(READY)            ## the whole story on the local AWS, both environments
	@$(BIN)/ses-provision demo

test: $(READY)            ## all tests
	@$(BIN)/python -m pytest -n auto

sweep: $(READY)           ## the dense form of the laws, with all their cases
	@$(BIN)/python -m pytest -n auto --dense tests/laws tests/functional/test_plan_files.py

check: $(READY)           ## format, lint, types, tests with branch coverage
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/python -m pytest -n auto --cov --cov-report=term
	@$(MAKE) --no-print-directory audit

audit: $(READY)           ## look for known weaknesses in the locked dependencies, where that can be done
	@if ! command -v pip-audit >/dev/null; then \
	  echo "audit skipped: pip-audit is not installed (pipx install pip-audit)"; \
	elif ! $(BIN)/python -c 'import socket; socket.create_connection(("api.osv.dev", 443), 5)' 2>/dev/null; then \
	  echo "audit skipped: api.osv.dev, which knows the advisories, cannot be reached"; \
	else \
	  pip-audit --vulnerability-service osv --disable-pip --require-hashes -r requirements.lock; \
	fi

fix: $(READY)             ## format, mend what the linter can mend, renew schema and reference
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .
	$(BIN)/ses-provision schema --write
	$(BIN)/python -m tests.reference --write

bench: $(READY)           ## measure speed (never part of the tests)
	$(BIN)/python -m tests.bench

lock: $(READY)            ## renew requirements.lock from pyproject.toml
	$(BIN)/pip install --quiet uv
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --all-extras --generate-hashes \
	  --no-emit-index-url --custom-compile-command "make lock" --output-file requirements.lock pyproject.toml

clean:                    ## remove everything that make built
	rm -rf $(VENV) build dist .mypy_cache .pytest_cache .ruff_cache .coverage .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

$(READY): pyproject.toml requirements.lock
	@echo "Setting up $(VENV) (once) ..." >&2
	@$(PYTHON) -c 'import sys; sys.exit("ses-provision needs Python 3.11 or newer; set PYTHON=") if sys.version_info < (3, 11) else None'
	@$(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install -qq --require-hashes -r requirements.lock
	@$(BIN)/python -m pip install -qq --no-deps --no-build-isolation --editable .
	@touch $@
