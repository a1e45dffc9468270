# What a person does with this repository. `make` alone lists it.
#
# Cargo and npm decide what has to be built again; every step installs what it
# needs first, which takes no time when it is there.

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
MAKEFLAGS += --no-print-directory

TARGET := $(or $(CARGO_TARGET_DIR),$(CURDIR)/target)

# One set of features for everything that is run, so that cargo builds each crate
# once. The feature serves the pages from the program itself.
FEATURES := --features ekatong-desktop/custom-protocol

ifdef CI
# Nothing is built twice on a machine that is thrown away, and a lock file that
# does not fit is a mistake.
export CARGO_INCREMENTAL := 0
LOCKED := --locked
NEXTEST_PROFILE := --profile ci
endif

# Bare machines have no nextest.
ifneq ($(shell cargo nextest --version 2>/dev/null),)
CARGO_TEST := cargo nextest run $(NEXTEST_PROFILE)
else
CARGO_TEST := cargo test --no-fail-fast
endif

# Rounds of `make soak`.
ROUNDS ?= 300

# What `make run` understands; see there.
export DISPLAY_MODE DISPLAY_SECONDS
# small, or full for 10 million pupils
export BENCH

UI_SOURCES := $(shell find ui -path ui/node_modules -prune -o -path ui/dist -prune -o -type f -print 2>/dev/null)

##@ For people

.PHONY: help
help: ## this list
	@awk 'BEGIN { FS = ":.*## " } \
	  /^##@/ { printf "\n%s\n", substr($$0, 5) } \
	  /^[a-z-]+:.*## / { printf "  make %-16s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

.PHONY: run
run: ## opens the console on a sample district (DISPLAY_MODE=virtual without a screen, then DISPLAY_SECONDS=n)
	@.ci/run-demo.sh check
	@.ci/system-packages.sh build $(if $(filter virtual,$(DISPLAY_MODE)),window)
	@$(MAKE) release
	@.ci/run-demo.sh open "$(TARGET)/release"

.PHONY: package
package: release ## builds the .deb and the .rpm
	@.ci/package.sh "$(TARGET)/release"

##@ For developers

.PHONY: test
test: ui-test test-build ## all tests: pages, both databases, the real window
	$(CARGO_TEST) $(LOCKED) --workspace $(FEATURES)

# On the program as it is shipped. Half of the kills go to each engine;
# EKATONG_SOAK_SEED draws other moments.
.PHONY: soak
soak: ## 300 kills and 300 power cuts while an import is committed (ROUNDS=n for others)
	@.ci/system-packages.sh build postgres
	EKATONG_SOAK_KILLS=$$(( $(ROUNDS) / 2 )) EKATONG_SOAK_COPIES=$(ROUNDS) \
	  cargo test --release $(LOCKED) -p ekatong-cli --test hosts -- --nocapture --test-threads 2 crashes:: power_cut::

.PHONY: lint
lint: ui/node_modules/.ready ## formatting, clippy, the pages' lint and types
	@.ci/system-packages.sh build
	cargo fmt --all --check
	cargo clippy $(LOCKED) --workspace --all-targets -- -D warnings
	cd ui && npm run --silent lint && npm run --silent typecheck
	@if cargo deny --version >/dev/null 2>&1; then \
	  cargo deny --workspace --config .config/deny.toml check bans licenses sources; \
	else echo "cargo-deny is not installed: licences and sources are not checked"; fi

.PHONY: bench
bench: ## measures (BENCH=full for 10 million pupils)
	@.ci/system-packages.sh build postgres
	cargo run --release $(LOCKED) -p ekatong-tests --bin bench

.PHONY: screenshots
screenshots: test-build ## takes the pictures of the handbook into docs/images
	EKATONG_SHOTS="$(CURDIR)/docs/images" $(CARGO_TEST) $(LOCKED) --workspace $(FEATURES) --test window

.PHONY: icons
icons: ui/node_modules/.ready ## draws every icon from icons/icon.svg
	@.ci/icons.sh

.PHONY: system-packages
system-packages: ## installs every Debian package the project needs
	@.ci/system-packages.sh all

.PHONY: clean
clean: ## removes what was built
	cargo clean
	rm -rf ui/dist ui/node_modules src-tauri/gen ekatong.png

# ---- steps of the above ----

.PHONY: release
release: ui/dist/index.html
	@.ci/system-packages.sh build
	cargo build --release $(LOCKED) -p ekatong-desktop -p ekatong-cli $(FEATURES)

.PHONY: test-build
test-build: system-packages ui/dist/index.html
	cargo build $(LOCKED) --workspace --all-targets $(FEATURES)

.PHONY: ui-test
ui-test: ui/node_modules/.ready
	cd ui && npm test --silent

ui/node_modules/.ready: ui/package.json ui/package-lock.json
	@.ci/system-packages.sh build
	cd ui && npm ci --no-audit --no-fund
	@touch $@

ui/dist/index.html: ui/node_modules/.ready $(UI_SOURCES)
	cd ui && npm run --silent build
	@touch $@
