# Everything is run from here; `make help` lists it.
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory

BIN := .venv/bin
OFFICE := frontend/office
SOURCES := src tests bench deploy/bootstrap
PRESENT = $(wildcard $(SOURCES))
SERVE ?= yes
BIND ?= 127.0.0.1:8000
ARGS ?=
PROCESSES ?= $(shell nproc)

.PHONY: help setup demo stop clean-demo test check fmt lint types imports templates migrations front-end clauses bench clean-machine

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup: ## install what is missing, build the front end and the translations
	@deploy/bootstrap/setup.sh

demo: setup ## a county with a demonstration batch, served on BIND (SERVE=no: stop after the summary)
	@$(BIN)/qingshan cluster start
	@$(BIN)/qingshan migrate
	@$(BIN)/qingshan demo
	@if [[ "$(SERVE)" != no ]]; then exec $(BIN)/qingshan serve --bind $(BIND); fi

stop: ## stop the private database cluster
	@$(BIN)/qingshan cluster stop

clean-demo: ## delete the private database, uploads, secrets and demo accounts of the data folder
	@$(BIN)/qingshan cluster destroy --yes
	@cd "$${QINGSHAN_HOME:-var}"; rm -rf files secrets demo-accounts.txt

test: setup check ## all checks, then all tests, one process for each core (PROCESSES=0: a single one)
	@PYTHONHASHSEED=0 $(BIN)/pytest -n $(PROCESSES) --dist loadfile --no-loadscope-reorder --durations 40 $(ARGS)

check: lint types imports templates migrations front-end ## everything that needs no test run

fmt: ## format the sources
	@$(BIN)/ruff format $(PRESENT)
	@$(BIN)/ruff check --fix $(PRESENT)

lint: ## format and ruff rules
	@$(BIN)/ruff format --check $(PRESENT)
	@$(BIN)/ruff check $(PRESENT)

types: ## mypy --strict
	@$(BIN)/mypy --strict src

imports: ## who may import whom
	@$(BIN)/lint-imports

templates: ## Django templates
	@$(BIN)/djlint --check --lint --quiet src

migrations: ## every change of a model has its migration
	@$(BIN)/qingshan cluster start >/dev/null
	@$(BIN)/qingshan manage makemigrations --check --dry-run

front-end: ## types and tests of the browser code
	@export PATH="$(CURDIR)/.venv/node-bin:$$PATH"; cd $(OFFICE); npm run --silent check; npm run --silent test

clauses: ## which clause of the notice is proven by which test
	@$(BIN)/qingshan clauses

clean-machine: ## prove demo and tests on a bare Debian 12 in a folder (as root, needs debootstrap)
	@deploy/checks/clean_machine.sh

bench: ## load scenarios
	@$(BIN)/python -m bench.run $(ARGS)
