# `make` lists what there is. Arguments are passed on: make test-unit ARGS='libs/codes --reporter=verbose'
SHELL := /bin/sh
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help install run build test test-unit test-integration test-e2e check services migrate admin erase-check import export rotate-keys \
  outbox dlq \
  start-rabbitmq-consumer contracts secrets up down bench chaos clean check-node

NODE := node --enable-source-maps
VITEST := node_modules/.bin/vitest run
SERVER := dist/apps/server/src
# `make test` takes less than a quarter of an hour and leaves these to `make test-integration`, `make test-e2e` and `make chaos`.
SLOW_TESTS := $(addprefix --exclude=,\
  'test/resilience/{outbox-faults,redis-topologies,random-faults,smtp-faults,database-faults,shutdown}.e2e.spec.ts' \
  'test/resilience/{non-atomic-claim,acknowledged-activations,concurrent-starts,registration-restarts}.e2e.spec.ts' \
  'test/resilience/customer-verified-kills.e2e.spec.ts' 'test/e2e/registration/customer-verified.e2e.spec.ts' \
  'test/e2e/messaging/{kafka-source,publishers}.e2e.spec.ts' \
  'test/e2e/{codes/guess-limits,notifications/send-limits,auth/key-rotation}.e2e.spec.ts' \
  'test/security/{rejected-messages,message-budgets,last-administrator,data-export-load}.e2e.spec.ts' \
  'test/e2e/{customers/import-export,platform/configuration}.e2e.spec.ts' \
  'libs/messaging/src/sources/{kafka,servicebus}/*.int.spec.ts')
# Folders count as well: their time changes when a file goes away.
SOURCES := $(shell find apps libs \( -name '*.spec.ts' -o -name '*.contract.ts' \) -prune -o -print) \
  package.json nest-cli.json tsconfig.json tsconfig.build.json

help: ## this list
	@awk -F ':.*## ' '/^[a-z0-9-]+:.*## / { printf "  make %-24s %s\n", $$1, $$2 }' $(firstword $(MAKEFILE_LIST))

run: build ## API and background work on the embedded default: http://127.0.0.1:3000
	@exec $(NODE) $(SERVER)/main.js $(ARGS)

test: build ## every test but the longest, which `make chaos` plays as well
	@$(VITEST) --project unit --project integration --project e2e --project mariadb --project alone $(SLOW_TESTS) $(ARGS)

test-unit: install ## unit tests; they need nothing but Node
	@$(VITEST) --project unit $(ARGS)

test-integration: install ## tests against real services
	@$(VITEST) --project integration --project alone $(ARGS)

test-e2e: build ## tests through the built program: ARGS=test/e2e/registration/activation; TEST_DATABASE=mariadb
	@$(VITEST) --project e2e $(ARGS)

check: install ## format, lint, types, fences and the lock file
	@npm run --silent lint
	@npm run --silent typecheck
	@npm run --silent fences
	@npm run --silent lock-check

services: ## install the servers the tests talk to (Debian, Ubuntu; as root)
	@sh deploy/services.sh

migrate: build ## bring the database up to date
	@$(NODE) $(SERVER)/migrate.js $(ARGS)

admin: build ## appoint an administrator: make admin EMAIL=you@example.org
	@$(NODE) $(SERVER)/admin.js $(EMAIL)

erase-check: build ## look for what is left of an erased customer: make erase-check ID=…
	@$(NODE) $(SERVER)/erase-check.js $(ID)

import: build ## customers of another system: make import FILE=customers.ndjson [ARGS=--dry-run]
	@$(NODE) $(SERVER)/import.js $(FILE) $(ARGS)

export: build ## every customer, as an import takes them: make export FILE=customers.ndjson
	@$(NODE) $(SERVER)/export.js $(FILE) $(ARGS)

rotate-keys: build ## the next step to another key for tokens; says when to call again
	@$(NODE) $(SERVER)/rotate-keys.js $(ARGS)

outbox: build ## events that wait: ARGS="retry|skip|replay …", alone it lists them
	@$(NODE) $(SERVER)/outbox.js $(ARGS)

dlq: build ## events that nobody could handle: ARGS="list|show|replay|drop …", alone it counts them
	@$(NODE) $(SERVER)/dead-letters.js $(ARGS)

start-rabbitmq-consumer: build ## print events: ARGS="--type 'customer.*' --json"
	@exec $(NODE) dist/apps/subscriber/src/main.js $(ARGS)

contracts: build ## publish the JSON Schemas of the events into docs/events; refuses what would break a subscriber
	@$(NODE) $(SERVER)/publish-contracts.js docs/events
	@node_modules/.bin/biome format --write docs/events

up: secrets ## docker compose: the program and its services; mail at http://127.0.0.1:8025
	@docker compose up --build --detach --wait $(ARGS)
	@echo 'http://127.0.0.1:3000/docs   mail: http://127.0.0.1:8025   queues: http://127.0.0.1:15672 (foyer, foyer)'

down: ## stop what `up` started; the data stays (ARGS=--volumes throws it away)
	@docker compose down $(ARGS)

secrets: check-node ## write the secrets into .env that are missing there
	@node deploy/make-secrets.mjs

bench: build ## measure
	@node test/bench/run.mjs $(ARGS)

chaos: build ## break everything that can break, many times (CHAOS_ROUNDS=20, CHAOS_SEED=…)
	@$(VITEST) --config test/resilience/vitest.config.ts $(ARGS)

build: install $(SERVER)/main.js ## compile to dist, if a source is newer

install: check-node node_modules/.package-lock.json ## npm ci, if the lock file is newer

clean: ## remove what was built and installed; data and .env stay
	@rm -rf dist coverage node_modules

$(SERVER)/main.js: $(SOURCES) node_modules/.package-lock.json
	@npm run --silent build
	@touch $@

# npm writes this file last, so a broken installation is done again.
node_modules/.package-lock.json: package-lock.json | check-node
	@npm ci --no-audit --no-fund --loglevel=error
	@touch $@

check-node:
	@command -v node >/dev/null || { echo 'Node.js is missing: install 20.19 or newer, https://nodejs.org' >&2; exit 1; }
	@node -e 'const [a, b] = process.versions.node.split(".").map(Number); process.exit(a < 20 || (a === 20 && b < 19) || (a === 22 && b < 13) ? 1 : 0)' || \
	  { echo "Node.js 20.19 or newer is needed (of 22: 22.13), this is $$(node --version)" >&2; exit 1; }
