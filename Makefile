# Everything runs in a private environment, made on first use. PYTHON=python3.13 make test chooses the interpreter.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
BENCH := $(VENV)/.bench

# Without its cache of bytecode every process that a test starts would compile the whole package.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: help install demo test coverage lint format bench clean
.DEFAULT_GOAL := help

help:  ## list the targets
	@awk -F ':.*## *' '/^[a-z]+:.*## /{printf "  make %-10s%s\n", $$1, $$2}' $(MAKEFILE_LIST)

$(READY): pyproject.toml
	$(PYTHON) -c 'import sys; sys.exit(None if sys.version_info >= (3, 11) else "mae-cli needs Python 3.11 or newer; set PYTHON=")'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --editable '.[dev]'
	@touch $@

$(BENCH): $(READY)
	$(BIN)/python -m pip install --quiet --editable '.[bench]'
	@touch $@

install: $(READY)  ## make the environment (.venv) with mae-train, mae-eval and mae-predict in it

demo: $(READY)  ## fit real flight delays by MAE and by MSE, and score both on rows kept aside
	@PATH="$(CURDIR)/$(BIN):$$PATH" sh examples/demo.sh

# Each of the two processes has a core; threads of its linear algebra would only wait for the other one's.
test coverage: export OPENBLAS_NUM_THREADS := 1

test: $(READY)  ## run the whole test suite
	$(BIN)/python -m pytest --numprocesses 2 --dist loadgroup

coverage: $(READY)  ## the same, and tell which lines no test has run
	$(BIN)/python -m pytest --numprocesses 2 --dist loadgroup --cov --cov-fail-under 95

lint: $(READY)  ## check style and types
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

format: $(READY)  ## put the code in order
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

bench: $(BENCH)  ## time everything beside its peers; ARGS="--only fits --markdown", ARGS=--help (R is used if installed)
	PYTHONPATH=tests $(BIN)/python -m benchmarks $(ARGS)

clean:  ## remove the environment and what tools left behind
	rm -rf $(VENV) build dist *.egg-info .pytest_cache .mypy_cache .ruff_cache .hypothesis .coverage .coverage.*
	find . -name __pycache__ -prune -exec rm -rf {} +
