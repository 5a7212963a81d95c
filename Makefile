# Two commands are enough on a fresh machine: `make demo` and `make test`. Both set up .venv by
# themselves; they need Python 3.11 or newer with its venv module, and a package index for pip.

VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
# An interpreter of your choice: make PYTHON=/opt/python3.12/bin/python test
PYTHON ?=

.PHONY: help demo test docs bench clean
.DEFAULT_GOAL := help

help:
	@echo "make demo    run the main job on the sample project, in an embedded PostgreSQL"
	@echo "make test    ruff, mypy and the whole test suite"
	@echo "make docs    build the documentation as a site, in site/index.html"
	@echo "make bench   time runs beside pg_dump, see benchmarks/README.md (ARGS='--rows rich')"
	@echo "make clean   remove .venv, caches and build products"

demo: $(READY)
	$(BIN)/ash-scaffold demo

test: $(READY)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/python -m pytest --numprocesses auto --dist worksteal

docs: $(READY)
	NO_MKDOCS_2_WARNING=1 $(BIN)/python -m mkdocs build
	@echo "site/index.html"

bench: $(READY)
	$(BIN)/python -m benchmarks.run $(ARGS)

clean:
	rm -rf $(VENV) build dist site .pytest_cache .mypy_cache .ruff_cache .hypothesis
	find src tests benchmarks -name __pycache__ -type d -prune -exec rm -rf {} +

# An interpreter can be there without ensurepip (Debian keeps it in python3-venv), so each one
# found is asked for both.
$(READY): pyproject.toml constraints-dev.txt
	@set -e; \
	works() { "$$1" -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))' \
	  >/dev/null 2>&1; }; \
	found=""; \
	if ! works $(BIN)/python; then \
	  for python in $(PYTHON) python3 python3.14 python3.13 python3.12 python3.11 python; do \
	    if works "$$python"; then found="$$python"; break; fi; \
	  done; \
	  if [ -z "$$found" ]; then \
	    echo "Python 3.11 or newer with its venv module is needed, and none was found." >&2; \
	    echo "On Debian: apt install python3 python3-venv. Or: make PYTHON=/path/to/python" >&2; \
	    exit 1; \
	  fi; \
	  "$$found" -m venv --clear $(VENV); \
	fi
	$(BIN)/python -m pip install --quiet --disable-pip-version-check \
	  --constraint constraints-dev.txt --editable '.[dev,embedded]'
	@touch $(READY)
