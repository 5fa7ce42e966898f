# Two commands: `make demo` and `make test`. Each sets up what it needs; a second run is quick.

PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
CORE := $(VENV)/.core
READY := $(VENV)/.ready
BARE := .venv-core
DEMO := demo
INSTALL := $(BIN)/pip install --quiet --disable-pip-version-check
LOCKED := $(INSTALL) --no-deps --require-hashes --requirement

.PHONY: demo test test-long lint types unit unit-core clean

demo: $(CORE) $(DEMO)/model/config.toml
	$(BIN)/bionym evaluate examples/bc5cdr/test.pubtator $(DEMO)/test.pubtator --format pubtator
	@rm -rf $(DEMO)/brat $(DEMO)/note.html
	$(BIN)/bionym predict examples/notes --model $(DEMO)/model --show-text --to brat --out $(DEMO)/brat
	$(BIN)/bionym convert $(DEMO)/brat --from brat --to html --out $(DEMO)/note.html
	@echo
	@echo "Open $(DEMO)/note.html in a browser, or $(DEMO)/brat in brat."

$(DEMO)/model/config.toml: $(wildcard examples/bc5cdr/*) | $(CORE)
	$(BIN)/bionym train examples/bc5cdr/train.pubtator --format pubtator --model crf --out $(DEMO)/model --force
	$(BIN)/bionym predict examples/bc5cdr/test.pubtator --format pubtator --model $(DEMO)/model \
	    --to pubtator --out $(DEMO)/test.pubtator --force

test: lint types unit unit-core

lint: $(READY)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: $(READY)
	$(BIN)/mypy

unit: $(READY)
	$(BIN)/pytest -n 2

unit-core: $(BARE)/.ready
	$(BARE)/bin/pytest -n 2 --hypothesis-profile=core -m 'not corpora and not long'

test-long: $(READY)
	$(BIN)/pytest -m long
	$(BIN)/pytest -n 2 --hypothesis-profile=long tests/data tests/linear_chain tests/formats

$(CORE): pyproject.toml locks/core.txt
	$(PYTHON) -c 'import sys; sys.exit("Bionym needs Python 3.11 to 3.13") if not (3, 11) <= sys.version_info[:2] <= (3, 13) else None'
	$(PYTHON) -m venv $(VENV)
	$(LOCKED) locks/core.txt
	$(INSTALL) --no-deps --no-build-isolation --editable .
	@touch $@

# torch is in no lock: which build of it is right depends on the machine (tools/lock.py).
$(READY): $(CORE) locks/dev.txt constraints.txt
	$(LOCKED) locks/dev.txt
	$(INSTALL) --constraint constraints.txt torch
	$(BIN)/pip check
	@touch $@

$(BARE)/.ready: pyproject.toml locks/core.txt constraints.txt
	$(PYTHON) -m venv $(BARE)
	$(BARE)/bin/pip install --quiet --disable-pip-version-check --no-deps --require-hashes --requirement locks/core.txt
	$(BARE)/bin/pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	$(BARE)/bin/pip install --quiet --disable-pip-version-check --constraint constraints.txt hypothesis pytest pytest-xdist
	@touch $@

clean:
	rm -rf $(VENV) $(BARE) $(DEMO)
