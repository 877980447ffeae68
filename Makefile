# Tidemill: `make demo` shows it at work, `make test` checks all of it. `make help` lists the rest.
#
# Every target installs what it needs first (scripts/setup says what it does) and works twice in a row.

SHELL := /usr/bin/env bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
export PATH := $(HOME)/.cargo/bin:$(PATH)
CARGO_TARGET_DIR ?= $(CURDIR)/target
export CARGO_TARGET_DIR
TIDEMILL := $(CARGO_TARGET_DIR)/debug/tidemill
PREFIX ?= $(HOME)/.local
# Rounds of the fault tests; the acceptance figure is the default.
ROUNDS ?= 200
SEEDS ?= 10000
STAGE := scripts/stage

.PHONY: help
help: ## Lists the targets
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | column -t -s "$$(printf '\t')"

.PHONY: demo
demo: build ## Real flights through broker, client and a topology, checked against a batch computation
	@$(TIDEMILL) demo

.PHONY: build
build: ## Compiles the tidemill binary
	@scripts/setup build
	@[ -x $(TIDEMILL) ] || echo "Compiling Tidemill: the first time takes some minutes, RocksDB most of them."
	@cargo build -p tidemill

.PHONY: install
install: build ## Puts tidemill into PREFIX/bin (default ~/.local/bin)
	@install -Dm755 $(TIDEMILL) $(PREFIX)/bin/tidemill
	@echo "installed $(PREFIX)/bin/tidemill"

.PHONY: test
test: ## Everything that must hold: lint, unit, property and integration tests, clients of other languages
	@scripts/setup build test
	@$(STAGE) build cargo build -p tidemill
	@$(STAGE) lint $(MAKE) --no-print-directory lint
	@$(STAGE) tests cargo test --workspace --quiet
	@$(STAGE) interop $(MAKE) --no-print-directory interop

.PHONY: lint
lint: ## Formatting, clippy, rustdoc, house rules, licences
	@scripts/setup build test
	@cargo fmt --all --check
	@cargo clippy --workspace --all-targets --quiet -- -D warnings
	@RUSTDOCFLAGS="-D warnings" cargo doc --workspace --no-deps --quiet
	@cargo test -p tidemill-tidy --quiet
	@cargo deny --offline --log-level error check bans licenses sources

.PHONY: interop
interop: build ## Clients of other languages against the broker: prints a matrix
	@scripts/setup test
	@interop/run $(TIDEMILL)

.PHONY: conformance
conformance: build ## Other projects' test suites against the broker: librdkafka, kafka-python, Java; writes docs/conformance.md
	@scripts/setup build conformance
	@conformance/run $(TIDEMILL)

.PHONY: test-kafka
test-kafka: ## The native client's tests against Apache Kafka, fetched from Maven Central
	@scripts/setup build kafka
	@broker/client/kafka/run.sh

.PHONY: faults
faults: build ## Kills, power loss, torn writes, transactions under faults (ROUNDS=, SEEDS=)
	@ROUNDS=$(ROUNDS) SEEDS=$(SEEDS) scripts/faults

.PHONY: bench
bench: ## Tidemill beside Apache Kafka with neutral clients (BENCH_ROWS=, BENCH_RUNS=); writes benches/RESULTS.md
	@scripts/setup build bench kafka
	@scripts/bench

.PHONY: clean
clean: ## Removes what was compiled
	@cargo clean
