# Two commands do everything on a fresh Debian machine: `make demo` and `make test`.

VENV := .venv
PYTHON := $(VENV)/bin/python
PROGRAM := $(VENV)/bin/rl4real-data
DEMO_DIR := data/demo-x86
# Python compiles what it imports when it imports it: a third of what is installed, half a minute less. It must be
# allowed to keep that, which images of containers often forbid: torch would be compiled anew by each of many processes.
unexport PYTHONDONTWRITEBYTECODE
PIP_OPTIONS := --quiet --disable-pip-version-check --no-compile
PACKAGES := clang-22 llvm-22 llvm-22-dev llvm-22-tools clang-19 llvm-19 llvm-19-dev llvm-19-tools \
            cmake g++ make python3-venv libc6-dev libc6-dev-arm64-cross libstdc++-12-dev-arm64-cross procps \
            git csmith libcsmith-dev valgrind libclang-rt-22-dev qemu-user binutils-aarch64-linux-gnu \
            libgrpc++-dev libprotobuf-dev libprotoc-dev
DEMO_PACKAGES := clang-22 llvm-22 llvm-22-dev cmake g++ make python3-venv libc6-dev

.PHONY: demo test suite check soak bench scorecard setup packages demo-packages clean

## make demo: compile real programs for x86 and show what came out
demo: demo-packages $(VENV)/.installed
	$(PROGRAM) flow x86 train mlra --corpus demo --data-dir $(DEMO_DIR)
	$(PROGRAM) stats $(DEMO_DIR)

## make test: all checks and all tests but the long sweeps
test: packages $(VENV)/.installed-dev
	@$(MAKE) --no-print-directory --jobs=2 check suite

# A worker a core. Who has nothing left takes from the end of the other's list, where the short tests are.
suite: $(VENV)/.installed-dev
	$(PYTHON) -m pytest tests --numprocesses=logical --dist=worksteal $(PYTEST_ARGS)

## make check: formatting, lint, types
check: $(VENV)/.installed-dev
	$(VENV)/bin/ruff check .
	$(VENV)/bin/ruff format --check .
	$(VENV)/bin/mypy

## make soak: the full sweeps, of which `make test` runs a part (an hour)
soak: packages $(VENV)/.installed-dev
	$(PYTHON) -m pytest tests/soak $(PYTEST_ARGS)

## make bench: the promised ratios and limits, measured here
bench: packages $(VENV)/.installed-dev
	$(PYTHON) tests/bench/bench.py $(BENCH_ARGS)
	$(PYTHON) tests/bench/live_compile.py
	$(PYTHON) tests/bench/runners.py
	$(PYTHON) tests/bench/traces.py
	$(PYTHON) tests/bench/task_policies.py
	$(PYTHON) tests/bench/engines.py
	$(PROGRAM) flow x86 train mlra --corpus demo --data-dir $(DEMO_DIR)
	$(PYTHON) tests/bench/packing.py $(DEMO_DIR)
	$(PYTHON) tests/bench/reading.py $(DEMO_DIR)
	$(PYTHON) tests/bench/trials.py $(DEMO_DIR)
	$(PYTHON) tests/bench/fork_formats.py $(DEMO_DIR)
	$(PYTHON) tests/bench/training.py $(DEMO_DIR)

## make scorecard: docs/scorecard.md, from held-out code (hours; SCORECARD_ARGS="--policy FILE.onnx" for a row of its own)
scorecard: packages $(VENV)/.installed-dev
	$(PYTHON) tests/bench/scorecard.py $(SCORECARD_ARGS)

setup: packages $(VENV)/.installed-dev

packages:
	@.ci/install-packages $(PACKAGES)

demo-packages:
	@.ci/install-packages $(DEMO_PACKAGES)

$(VENV)/bin/python:
	python3 -m venv $(VENV)

$(VENV)/.installed: pyproject.toml | $(VENV)/bin/python
	$(PYTHON) -m pip install $(PIP_OPTIONS) --editable .
	@touch $@

$(VENV)/.installed-dev: pyproject.toml | $(VENV)/bin/python
	$(PYTHON) -m pip install $(PIP_OPTIONS) --editable '.[dev]'
	@touch $@ $(VENV)/.installed

clean:
	rm -rf $(VENV) data build dist
