# Everything runs in .venv, which is made on first use; nothing else on the machine is needed but Python 3.11+.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed

# How many registraties `make bench` compares mpj and its peers on.
REGISTRATIES ?= 1000000

.PHONY: help setup demo test lint types unit bench growth docs clean

help:
	@echo "make demo   set up and declare one month of a synthetic region"
	@echo "make test   set up and run all checks (ruff, mypy strict, pytest with hypothesis)"
	@echo "make bench  run the benchmarks, and mpj beside its peers (REGISTRATIES=$(REGISTRATIES)); rewrites docs/speed.md"
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

test: lint types unit

lint: setup
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: setup
	$(BIN)/mypy

unit: setup
	$(BIN)/pytest -n auto -p no:benchmark

bench: setup
	$(BIN)/pytest benchmarks --benchmark-only
	$(BIN)/python -m benchmarks.peers --registraties $(REGISTRATIES) --docs docs/speed.md

growth: setup
	$(BIN)/python -m benchmarks.growth --docs docs/speed.md

docs: setup
	$(BIN)/python -m mpj.docs docs

clean:
	rm -rf $(VENV) demo-uitvoer
