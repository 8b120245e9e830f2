# What to type. `make` alone lists it.
#
# demo and test set everything up by themselves; ARGS passes flags on, as in
# make demo ARGS=--seed.

GOLANGCI_LINT_VERSION = v2.15.0
# A version in the name makes a new version a new file, which is then built.
GOLANGCI_LINT = .bin/golangci-lint-$(GOLANGCI_LINT_VERSION)
# Kept out of go.mod: a linter's dependencies are not the program's.
GOLANGCI_LINT_PACKAGE = github.com/golangci/golangci-lint/v2/cmd/golangci-lint@$(GOLANGCI_LINT_VERSION)

.DEFAULT_GOAL = help
.PHONY: help demo test build lint setup bench lighthouse format

help: ## this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "make %-10s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

demo: ## the whole system with nothing configured, on a page in the browser
	@.ci/setup demo
	go run ./bot demo $(ARGS)

test: ## every check there is: format, vet, linters, all tests
	@.ci/setup test
	@$(MAKE) --no-print-directory format
	go vet ./...
	@$(MAKE) --no-print-directory lint
	go test -race -timeout 25m $(ARGS) ./...

build: ## the program, as .bin/elkart-trade
	go build -o .bin/elkart-trade ./bot

lint: $(GOLANGCI_LINT) ## the linters, with the import rules of the layers
	$(GOLANGCI_LINT) run --allow-serial-runners ./...

setup: ## install what demo and test need
	@.ci/setup test

bench: ## the benchmarks of the packages that have some
	@.ci/setup test
	go test -run '^$$' -bench . -benchmem $(ARGS) $$(grep -rl '^func Benchmark' --include='*_test.go' . | xargs -n 1 dirname | sort -u)

lighthouse: ## what Lighthouse says of the customer's page of a running demo
	@.ci/lighthouse

format:
	@unformatted=$$(gofmt -l .); if [ -n "$$unformatted" ]; then \
		echo "not formatted, run gofmt -w on: $$unformatted" >&2; exit 1; fi

$(GOLANGCI_LINT):
	@echo "building golangci-lint $(GOLANGCI_LINT_VERSION), once; some minutes on a small machine"
	@mkdir -p .bin/new
	@GOBIN=$(CURDIR)/.bin/new go install $(GOLANGCI_LINT_PACKAGE)
	@mv .bin/new/golangci-lint $@
	@rmdir .bin/new
