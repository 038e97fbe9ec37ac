# Everything from a fresh clone: `make demo`, `make test`. Needs Python 3.11 to 3.14, git and make; see `make help`.

PYTHON ?= python3
VENV   ?= .venv
BIN    := $(VENV)/bin
READY  := $(VENV)/ready
DEV    := $(VENV)/ready-dev
FREEZE := build/freeze-venv
# Run modules, not scripts: a script's first line names its interpreter, and fails in a path with a quote in it.
EUM    := $(BIN)/python -m eum_app

# With these, Python would load other modules than those of the environment.
unexport PYTHONPATH PYTHONHOME PYTHONSTARTUP
ifneq ($(words $(VENV)),1)
$(error VENV must be the path of a folder, without spaces)
endif

.DEFAULT_GOAL := help
.PHONY: help setup demo app test check lint types unit matrix second format screens bench bench-large faults fuzz traps
.PHONY: translations freeze bench-frozen release release-check lock clean

help: ## List the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-13s %s\n", $$1, $$2 }' Makefile

setup: $(DEV) ## Virtual environment with all locked packages; system libraries for Qt

# What the app needs to run; `make demo` and `make app` keep no more, not even pip, which would be 28 MB with setuptools.
$(READY): requirements.lock pyproject.toml tools/machine.py
	@"$(PYTHON)" tools/machine.py
	@"$(PYTHON)" tools/environment.py "$(VENV)" requirements.lock ready --app

# The same, and the tools of development.
$(DEV): $(READY) requirements-dev.lock
	@"$(PYTHON)" tools/environment.py "$(VENV)" requirements-dev.lock ready-dev

demo: $(READY) ## The whole job with synthetic data: in windows, or without a display into demo-output/
	@"$(PYTHON)" tools/machine.py
	@$(EUM) demo

app: $(READY) ## Open the app
	@"$(PYTHON)" tools/machine.py
	@$(EUM)

test: $(DEV) check ## Set up, check, run all tests
	$(BIN)/python -m pytest -n auto

check: $(DEV) lint types ## Lint, formatting, import contracts, plain words, types

lint: $(DEV) ## Lint, formatting, import contracts, plain words
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/python $(BIN)/lint-imports
	$(BIN)/python tools/plain_words.py

types: $(DEV) ## Types
	$(BIN)/python -m mypy

unit: $(DEV) ## The unit tests
	$(BIN)/python -m pytest -n auto tests/unit

matrix: ## Set up, check and unit tests on every Python found, or on PYTHONS="…"; a table
	@"$(PYTHON)" -m tools.pythons

second: ## Types and unit tests on a second Python, where there is one
	@"$(PYTHON)" -m tools.pythons --second

format: $(DEV) ## Put the code into shape
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

translations: $(DEV) ## Collect the texts of the windows; build the English plurals and the pseudo language
	@$(BIN)/python -m tools.translations

screens: $(READY) ## Pictures of every page in every theme and size into build/screens
	@QT_QPA_PLATFORM=offscreen $(BIN)/python -m eum_app.demo.screens build/screens

bench: $(DEV) ## Speed as ratios against the bare libraries; bench-output/bench.json
	@$(BIN)/python -m tests.benchmarks

bench-large: $(DEV) ## The store at a million items; some minutes
	@$(BIN)/python -m tests.benchmarks.bench_book 1000000

faults: $(DEV) ## kill -9 two hundred times while it works: nothing acknowledged is lost; then 10,000 photos
	@$(BIN)/python -m tests.faults

fuzz: $(DEV) ## Ten minutes guided by coverage; the property tests with many more examples, the exhaustive ones whole
	$(BIN)/python -m tests.fuzz $(FUZZ_SECONDS)
	HYPOTHESIS_PROFILE=fuzz $(BIN)/python -m pytest -n auto -m "hypothesis or exhaustive" --timeout 3600

FUZZ_SECONDS ?= 600

traps: $(DEV) ## Wrong reads looked for in thousands of pictures by formula
	@$(BIN)/python -m tests.benchmarks.bench_traps 1 250

freeze: $(FREEZE)/ready ## The app as one folder with its own Python, dist/eum; it then checks itself
	@$(FREEZE)/bin/python -m tools.release freeze

bench-frozen: $(DEV) ## Cold start of dist/eum against the app from source, after `make freeze`
	@$(BIN)/python -m tests.benchmarks.bench_frozen dist/eum/eum

release: $(FREEZE)/ready ## Packages of the tag that is checked out, signed: make release SIGN_KEY=… MAINTAINER=…
	@"$(PYTHON)" tools/machine.py --release
	@$(FREEZE)/bin/python -m tools.release release --sign-key "$(SIGN_KEY)" --maintainer "$(MAINTAINER)"

release-check: $(FREEZE)/ready ## Two builds compared, packages, odd paths, a root without Python; about half an hour
	@"$(PYTHON)" tools/machine.py --release
	@$(FREEZE)/bin/python -m tools.release check

# A separate environment: there, opencv-python-headless replaces opencv-python (docs/adr/0006).
$(FREEZE)/ready: requirements-freeze.lock
	@"$(PYTHON)" tools/machine.py --freeze
	"$(PYTHON)" -m venv --clear $(FREEZE)
	$(FREEZE)/bin/python -m pip --disable-pip-version-check install --quiet --no-compile --only-binary=:all: \
		--require-hashes -r requirements-freeze.lock
	@touch $@

lock: $(DEV) ## Resolve the three locks again (needs uv); for every supported Python, without index addresses
	uv pip compile pyproject.toml --extra build $(RESOLVE) --upgrade -o requirements.lock
	uv pip compile pyproject.toml --extra build --extra dev $(RESOLVE) --upgrade --constraint requirements.lock \
		-o requirements-dev.lock
	printf 'pyinstaller\nopencv-python-headless\ncyclonedx-python-lib\n' | uv pip compile pyproject.toml - $(RESOLVE) --upgrade \
		--constraint requirements.lock --no-emit-package opencv-python -o requirements-freeze.lock
	$(BIN)/python -m pytest -q tests/unit/test_locks.py
	$(BIN)/python tools/store_cipher.py

RESOLVE := --universal --python-version 3.11 --only-binary :all: --generate-hashes --no-header --no-annotate --no-emit-index-url

clean: ## Remove what was built and measured, and the virtual environment; demo-output stays
	rm -rf $(VENV) build dist *.egg-info bench-output
	rm -rf .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
