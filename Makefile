# SPDX-License-Identifier: Apache-2.0

SWIFT ?= swift
export SWIFT

# A target's imports must be among its declared dependencies: this keeps the layers apart.
IMPORTS := --explicit-target-dependency-import-check error
SOURCES := Package.swift Sources Tests

.DEFAULT_GOAL := help
.PHONY: help deps swift build release test test-debug test-release tsan container-test lint \
	format demo clean

help: ## List the targets
	@echo "make TARGET, where TARGET is one of:"
	@sed -n 's/^\([a-z][a-z-]*\):.*## \(.*\)/  \1\t\2/p' $(MAKEFILE_LIST) | expand -t 18

deps: ## Install the system packages that are missing (Debian, Ubuntu)
	@.ci/deps

swift:
	@.ci/check-swift

build: deps swift ## Build everything, debug
	$(SWIFT) build $(IMPORTS)

release: deps swift ## Build .build/release/loopbox
	$(SWIFT) build -c release --product loopbox

test: test-debug test-release ## Run all tests, in debug and in release

test-debug: deps swift ## Run all tests in debug
	$(SWIFT) test $(IMPORTS)

# A folder of its own: testing needs other compiler flags than `make release`, for everything.
test-release: deps swift ## Run all tests in release
	$(SWIFT) test -c release -Xswiftc -enable-testing --scratch-path .build-release

tsan: deps swift ## Run the event loop's tests under the thread sanitizer
	$(SWIFT) test --sanitize=thread --scratch-path .build-tsan --filter 'LoopTests'

container-test: swift ## Try every attack in a container; left out where podman is missing
	@.ci/container-test

lint: swift ## Check the format of all Swift files
	$(SWIFT) format lint --strict --recursive --parallel $(SOURCES)

format: swift ## Format all Swift files in place
	$(SWIFT) format --in-place --recursive --parallel $(SOURCES)

demo: deps swift ## Build, start a server, send it a job, show report and webhook, stop
	@.ci/demo

clean: ## Remove everything that was built
	rm -rf .build .build-release .build-static .build-tsan
