# The one interface to the project: `make help` lists what it can do.
PYTHON ?= python3
BIN := .venv/bin

.PHONY: help demo test check bench clean
.DELETE_ON_ERROR:

help:  ## list the targets
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

demo: .venv/ready  ## deadlines of both published desks, with reasons
	@$(BIN)/python examples/desks.py
	@$(BIN)/python examples/boston_311.py ../shared/data/boston311_legacy_2013_2019.csv.gz --if-present

test: .venv/ready  ## the tests, with full branch coverage of the library
	$(BIN)/python -m pytest -n auto --cov --cov-report=term

check: .venv/ready-check  ## lint, format, types and layers
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/basedpyright
	$(BIN)/lint-imports

bench: .venv/ready-bench  ## side by side with other libraries, in one run
	$(BIN)/python benchmarks/run.py

clean:  ## forget the environment and every cache
	rm -rf .venv .hypothesis .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .coverage

.venv/ready: pyproject.toml constraints.txt
	$(PYTHON) -m venv --clear .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[test]'
	@touch $@

.venv/ready-%: .venv/ready
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[$*]'
	@touch $@
