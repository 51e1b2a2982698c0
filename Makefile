# Everything runs in .venv, which is made on first use; nothing else on the machine is needed but Python 3.11+.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed

# How many registraties `make bench` compares mpj and its peers on, and how often.
REGISTRATIES ?= 1000000
ROUNDS ?= 5

# How long `make search` goes on, in seconds, and how many times as many examples as a test asks for it tries each round.
TIME ?= 600
EXAMPLES ?= 1

# Tests start the command hundreds of times; where Python may not keep what it compiled, each would compile everything anew.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: help setup demo test lint types unit slow long lowest search bench growth docs clean

help:
	@echo "make demo   set up and declare one month of a synthetic region"
	@echo "make test   set up and run the checks (ruff, mypy strict, pytest with hypothesis and fixed seeds)"
	@echo "make slow   run the tests that take more than some two seconds each, as .ci/run does; make test leaves them out"
	@echo "make long   run the tests that search or measure for long and those on Spark, as .ci/run does"
	@echo "make lowest run the tests that are marked so on the lowest versions of the dependencies that pyproject.toml allows"
	@echo "make search search with new seeds until something is found or the time is up (TIME=600 seconds, EXAMPLES=1 times as many)"
	@echo "make bench  run the benchmarks, and mpj beside its peers (REGISTRATIES=$(REGISTRATIES) ROUNDS=$(ROUNDS)); rewrites docs/speed.md"
	@echo "make growth measure what a record or line more costs; rewrites docs/speed.md"
	@echo "make docs   rewrite the generated tables in docs/"

$(STAMP): pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "mpj needs Python 3.11 or newer; try make PYTHON=python3.12"; exit 1; }
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -e '.[dev]'
	@touch $(STAMP)

setup: $(STAMP)

demo: setup
	$(BIN)/mpj demo --out demo-uitvoer --force

# Types are checked beside the tests: they take one core for a minute.
test: lint
	@$(MAKE) --no-print-directory -j 2 types unit

lint: setup
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: setup
	$(BIN)/mypy

unit: setup
	$(BIN)/pytest -n auto -p no:benchmark -m 'not slow and not long'

slow: setup
	$(BIN)/pytest -n auto -p no:benchmark -m 'slow and not long'

long: setup
	EXAMPLES=1 $(BIN)/pytest -n auto --dist loadgroup -p no:benchmark -m long

# The lowest versions that pyproject.toml allows, in an environment of their own.
lowest: setup
	$(BIN)/python -m venv --clear $(VENV)/uv
	$(VENV)/uv/bin/python -m pip install --quiet --disable-pip-version-check uv
	$(VENV)/uv/bin/uv venv --quiet --clear --python $(BIN)/python $(VENV)/lowest
	$(VENV)/uv/bin/uv pip install --quiet --python $(VENV)/lowest/bin/python --resolution lowest-direct '.[all]'
	$(VENV)/uv/bin/uv pip install --quiet --python $(VENV)/lowest/bin/python pytest pytest-xdist hypothesis httpx jsonschema 'pandas<3' pyarrow
	$(VENV)/uv/bin/uv pip uninstall --quiet --python $(VENV)/lowest/bin/python mpj
	$(VENV)/lowest/bin/python -m pytest -n auto -m lowest tests --ignore tests/spark

search: setup
	@end=$$(($$(date +%s) + $(TIME))); while [ $$(date +%s) -lt $$end ]; do \
	  EXAMPLES=$(EXAMPLES) $(BIN)/pytest -n auto -p no:benchmark -m 'hypothesis or long' --hypothesis-profile=search || exit 1; \
	done

bench: setup
	$(BIN)/pytest benchmarks --benchmark-only
	$(BIN)/python -m benchmarks.peers --registraties $(REGISTRATIES) --rounds $(ROUNDS) --docs docs/speed.md

growth: setup
	$(BIN)/python -m benchmarks.growth --docs docs/speed.md

docs: setup
	$(BIN)/python -m mpj.docs docs

clean:
	rm -rf $(VENV) demo-uitvoer
