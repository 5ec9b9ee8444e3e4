# Each target sets up `.venv` first; that takes minutes once and no time afterwards.
PYTHON ?= python3
BIN := .venv/bin

.PHONY: setup demo test fuzz bench bench-gpu lint docs

setup: .venv/installed

.venv/installed: pyproject.toml constraints.txt
	test -x $(BIN)/python || $(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet uv
	$(BIN)/uv pip install --quiet --compile-bytecode --python $(BIN)/python --constraint constraints.txt --editable '.[dev]'
	touch $@

demo: setup
	$(BIN)/wsed train -m experiment=demo pooling=gmp,gap,gwrp

test: setup
	OMP_NUM_THREADS=1 $(BIN)/python -m pytest -n 3 --dist loadfile --no-loadscope-reorder -m 'slow or not slow'

# Random damage to every kind of file and value, for ten minutes.
fuzz: setup
	FUZZ_SECONDS=$(or $(SECONDS),600) OMP_NUM_THREADS=1 $(BIN)/python -m pytest -n 2 --dist load tests/robustness -k fuzz

# Timings mean something only on an otherwise idle machine.
bench: setup
	$(BIN)/python -m benchmarks

# Ten minutes at most; writes benchmarks/results/MACHINE.json and its table. Without a GPU it measures the CPU.
bench-gpu: setup
	$(BIN)/python -m benchmarks --gpu --save benchmarks/results/

# The site, in site/index.html.
docs: setup
	$(BIN)/python docs/build.py site

lint: setup
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache --no-logo
