# SPDX-License-Identifier: Apache-2.0

SWIFT ?= swift
export SWIFT

# A target's imports must be among its declared dependencies: this keeps the layers apart.
IMPORTS := --explicit-target-dependency-import-check error
SOURCES := Package.swift Sources Tests

.DEFAULT_GOAL := help
.PHONY: help deps swift build release test test-debug test-release tsan asan bench bench-isolation bench-overhead bench-digest \
	container-test cgroup-vm \
	lint format demo clean

help: ## List the targets
	@echo "make TARGET, where TARGET is one of:"
	@sed -n 's/^\([a-z][a-z-]*\):.*## \(.*\)/  \1\t\2/p' $(MAKEFILE_LIST) | expand -t 18

deps: ## Install the system packages that are missing (Debian, Ubuntu)
	@.ci/deps

swift:
	@.ci/check-swift

build: deps swift ## Build everything, debug
	$(SWIFT) build $(IMPORTS)

# Runs where there is no Swift: in the image, for one.
release: deps swift ## Build .build/release/loopbox
	$(SWIFT) build -c release --static-swift-stdlib --product loopbox

test: test-debug test-release ## Run all tests, in debug and in release

test-debug: deps swift ## Run all tests in debug
	$(SWIFT) test $(IMPORTS)

# A folder of its own: testing needs other compiler flags than `make release`, for everything.
test-release: deps swift ## Run all tests in release
	$(SWIFT) test -c release -Xswiftc -enable-testing --scratch-path .build-release

# The load tests measure memory, which a sanitizer needs itself. In groups, as the thread sanitizer
# loses count where a worker thread of the test library ends. It also does not know the
# continuations of Swift's own pool, so generators without a loop are left out. The address sanitizer
# does not look for leaks: a Swift task that waits for ever is never freed, and some tests leave one.
SANITIZED := EventLoopTests|LoopTaskTests|CoroutineTests|DebugMode|LoopProbe|ResourceWarning \
	ConformanceTests Stream|Datagram|Descriptor|Address|Connection \
	Executor|ProcessPool|Subprocess|QueueLog \
	AsyncGenerator|ConcurrentFuture|Synchronization|LoopInsight|Article
SANITIZE = for tests in $(foreach group,$(SANITIZED),'$(group)'); do \
	    $(SWIFT) test --sanitize=$(1) --scratch-path .build-$(1) \
	        --filter "^Loop(Conformance)?Tests\..*($$tests)" --skip LoadTests \
	        --skip 'without a loop' || exit 1; \
	done

tsan: deps swift ## Run the event loop's tests under the thread sanitizer
	@$(call SANITIZE,thread)

asan: deps swift ## Run the event loop's tests under the address sanitizer
	@export ASAN_OPTIONS=detect_leaks=0; $(call SANITIZE,address)

# A folder outside of Tests, which the formatter reads. Its plan knows no file that came to Sources
# since it was made.
bench: deps swift ## Compare the event loop with asyncio and uvloop; Tests/Benchmarks/RESULTS.md
	rm -f .build-bench/release.yaml
	$(SWIFT) build -c release --package-path Tests/Benchmarks --scratch-path .build-bench
	python3 Tests/Benchmarks/run.py .build-bench/release/LoopBench
	$(MAKE) bench-overhead

bench-overhead: ## Measure what the timeline adds to debug mode; Tests/Benchmarks/RESULTS-OVERHEAD.md
	python3 Tests/Benchmarks/overhead.py

bench-digest: release ## Show how the cost of hostile reports grows; Tests/Benchmarks/RESULTS-DIGEST.md
	python3 Tests/Benchmarks/digest_growth.py .build/release/loopbox \
	    | tee Tests/Benchmarks/RESULTS-DIGEST.md

bench-isolation: release ## Compare the levels: what isolation adds to a job
	python3 Tests/Benchmarks/isolation.py .build/release/loopbox

container-test: swift ## Try every attack in a container; left out where podman is missing
	@.ci/container-test

cgroup-vm: release ## Try the limits in a virtual machine in which a control group is delegated
	@.ci/cgroup-vm

lint: swift ## Check the format of all Swift files
	$(SWIFT) format lint --strict --recursive --parallel $(SOURCES)

format: swift ## Format all Swift files in place
	$(SWIFT) format --in-place --recursive --parallel $(SOURCES)

demo: deps swift ## Build, start a server, send it a job, show report and webhook, stop
	@.ci/demo

clean: ## Remove everything that was built
	rm -rf .build .build-release .build-thread .build-address .build-bench
