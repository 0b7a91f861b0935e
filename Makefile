# Tessera's everyday commands. `make help` lists them.

MODEL  := smollm2-135m
PREFIX ?= /usr/local
SOURCES := Package.swift Sources Tests Themes

.DEFAULT_GOAL := help
.PHONY: help run build install test format lint needs needs-tests

help: ## List the commands
	@awk -F':.*## ' '/^[a-z]+:.*## / { printf "  make %-9s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

run: build ## Build, fetch the default model once, and open the workbench
	@.build/release/tessera models pull $(MODEL)
	@.build/release/tessera

build: needs ## Build the release
	@swift build -c release --product tessera

install: needs ## Install to PREFIX (/usr/local) a binary that runs without Swift
	@swift build -c release --product tessera --static-swift-stdlib --scratch-path .build-static
	@install -D -m 755 .build-static/release/tessera $(DESTDIR)$(PREFIX)/bin/tessera

test: needs-tests ## Install what the tests need, and run them all
	@swift build --build-tests
	@set -e; for script in $(sort $(wildcard Tests/Setup/*.sh)); do sh $$script; done
	@.build/debug/tessera models pull $(MODEL)
	@swift test --skip-build --disable-xctest

format: ## Format the sources
	@swift format format -i -p -r $(SOURCES)

lint: ## Check the format of the sources
	@swift format lint --strict -p -r $(SOURCES)

needs:
	@command -v swift >/dev/null || { echo "please install Swift 6.1 or later: swift.org/install" >&2; exit 1; }
	@Scripts/need libncursesw5-dev test -e /usr/include/ncursesw/curses.h
	@Scripts/need libglpk-dev test -e /usr/include/glpk.h
	@Scripts/need python3-pip python3 -m pip --version

needs-tests: needs
	@Scripts/need python3-venv python3 -c 'import ensurepip, venv'
	@Scripts/need tmux tmux -V
