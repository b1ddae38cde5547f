# The one interface to the project: `make help` lists what it can do.
PYTHON ?= python3
BIN := .venv/bin

.PHONY: help demo test spark faults agreement check docs diagrams schema fuzz bench clean
.DELETE_ON_ERROR:

help:  ## list the targets
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

demo: .venv/ready  ## deadlines of the published desks, with reasons, a case's life, and a report
	@$(BIN)/python examples/desks.py
	@printf '\nA case of the client portal, and a host that keeps its log:\n\n'
	@$(BIN)/python examples/helpdesk.py
	@$(BIN)/python examples/boston_311.py ../shared/data/boston311_legacy_2013_2019.csv.gz --if-present
	@printf '\nWere the promises kept? A report on simulated cases, by the command supportsla:\n\n'
	@$(BIN)/supportsla report examples/simulated_cases.csv --opened opened --done answered \
		--desk apricot_us --priority priority --now 2026-06-30T10:00-05:00

test: .venv/ready  ## the tests, with full branch coverage of the library
	$(BIN)/python -m pytest -n auto --cov --cov-report=term

spark: .venv/ready-check  ## the tests of frames of Spark, in local mode; needs Java
	SUPPORTSLA_SPARK=1 $(BIN)/python -m pytest tests/test_spark.py --cov --cov-config=tests/spark.coveragerc

faults: .venv/ready  ## plant faults in a copy of the library, and see the tests of the lifecycle fail
	$(BIN)/python tests/planted_faults.py

agreement: .venv/ready  ## compare arrays with scalars on ten million rows
	$(BIN)/python tests/long_agreement.py

check: .venv/ready-check docs  ## lint, format, types, layers and docs
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/basedpyright
	$(BIN)/lint-imports

docs: .venv/ready-docs  ## the documentation, as pages under build/docs; a warning is an error
	$(BIN)/sphinx-build --fail-on-warning --keep-going --quiet -b html docs build/docs

diagrams: .venv/ready  ## the status diagrams of the docs, drawn anew; needs Graphviz
	$(BIN)/python docs/diagrams.py

schema: .venv/ready  ## the JSON Schema of documents, made anew from the classes
	$(BIN)/python docs/schema.py

fuzz: .venv/ready-fuzz  ## ten minutes each of coverage-guided fuzzing of documents, hours and recurrences
	for target in document hours recurrence; do \
		mkdir -p build/fuzz/$$target && \
		$(BIN)/python fuzz/texts.py $$target -dict=fuzz/words.dict -max_total_time=600 -timeout=5 -rss_limit_mb=1500 \
			-artifact_prefix=build/fuzz/ build/fuzz/$$target || exit 1; \
	done

bench: .venv/ready-bench  ## side by side with other libraries, in one run
	.ci/with-postgresql $(BIN)/python benchmarks/run.py

clean:  ## forget the environment and every cache
	rm -rf .venv build .hypothesis .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .coverage

.venv/ready: pyproject.toml constraints.txt
	$(PYTHON) -m venv --clear .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[cli,test]'
	@touch $@

.venv/ready-%: .venv/ready
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[$*]'
	@touch $@
