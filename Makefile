# The first Python of these that runs and is new enough makes the environment.
PYTHONS := python3.11 python3.12 python3.13 python3
PYTHON := $(shell for p in $(PYTHONS); do \
	"$$p" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo "$$p" && break; done)
VENV := .venv
BIN := $(VENV)/bin

.PHONY: run test chaos bench bench-large lint lock screenshots messages image-check traceability clean

run: $(VENV)/.runtime
	@$(BIN)/aftercare run --demo

test: $(VENV)/.dev
	@$(BIN)/python scripts/run_tests.py

# Rounds of kills, faults and restarts: make chaos ROUNDS=20; SEED=7 repeats one; FLOOD=100000 ends with as
# many texts that are due at once.
ROUNDS := 1
chaos: $(VENV)/.dev
	@$(BIN)/python -m tests.chaos --rounds $(ROUNDS) $(if $(SEED),--seed $(SEED))
	@$(if $(FLOOD),$(BIN)/python -m tests.chaos.flood --people $(FLOOD),true)

# What things cost, beside the other ways of doing it; QUICK=1 runs everything small, to see that it works.
PATIENTS := 10000
DUE := 20000
bench: $(VENV)/.bench
	@$(BIN)/python -m benchmarks $(if $(QUICK),--quick,--patients $(PATIENTS) --due $(DUE))
	@$(if $(QUICK),true,$(BIN)/python -m benchmarks.document)

# How costs grow to 10 million pending reminders; it needs 30 GB of disk, and an hour.
bench-large: $(VENV)/.bench
	@$(BIN)/python -m benchmarks --only growth --large
	@$(BIN)/python -m benchmarks.document

lint: $(VENV)/.dev
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports

screenshots: $(VENV)/.dev
	@$(BIN)/python scripts/screenshots.py

# What there is to translate: scheduler/locale/django.pot, and the catalogues that stand beside it. A new
# language starts with its folder: mkdir -p scheduler/locale/cy/LC_MESSAGES
messages: $(VENV)/.runtime
	@mkdir -p scheduler/locale
	@cd scheduler && DJANGO_SETTINGS_MODULE=config.settings ../$(BIN)/python -m django makemessages \
		--all --keep-pot --no-wrap --add-location file
	@cd scheduler && DJANGO_SETTINGS_MODULE=config.settings ../$(BIN)/python -m django compilemessages

image-check: $(VENV)/.runtime
	@$(BIN)/python scripts/dockerfile_commands.py

traceability: $(VENV)/.runtime
	@$(BIN)/python scripts/traceability.py

# uv resolves for every platform at once; hashes only, no addresses.
LOCK := pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --no-annotate \
	pyproject.toml --extra build
lock: $(VENV)/.made
	@$(PYTHON) -m venv $(VENV)/lock && $(VENV)/lock/bin/pip install --quiet 'uv>=0.6,<1'
	@$(VENV)/lock/bin/uv $(LOCK) $(LOCKFLAGS) -o requirements.txt
	@$(VENV)/lock/bin/uv $(LOCK) $(LOCKFLAGS) --extra dev --constraint requirements.txt -o requirements-dev.txt
	@$(VENV)/lock/bin/uv $(LOCK) $(LOCKFLAGS) --extra bench --constraint requirements-dev.txt -o requirements-bench.txt

clean:
	rm -rf $(VENV)

# A stamp each: a second run is quick, a changed file installs again.
$(VENV)/.made:
	@test -n "$(PYTHON)" || { echo "Aftercare needs Python 3.11 or newer (looked for: $(PYTHONS))." >&2; exit 2; }
	@$(PYTHON) -m venv $(VENV) || { echo "$(PYTHON) cannot make an environment; on Debian: apt-get install python3-venv" >&2; exit 2; }
	@touch $@

$(VENV)/.runtime: requirements.txt pyproject.toml | $(VENV)/.made
	@test -e $(VENV)/.dev || echo "Installing the locked dependencies into $(VENV) ..."
	@$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements.txt
	@$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

$(VENV)/.dev: requirements-dev.txt $(VENV)/.runtime
	@echo "Installing what the tests and linters need into $(VENV) ..."
	@$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.txt
	@touch $@

$(VENV)/.bench: requirements-bench.txt $(VENV)/.dev
	@echo "Installing what the benchmarks need into $(VENV) ..."
	@$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements-bench.txt
	@touch $@
