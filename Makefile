SHELL := /bin/bash
export TIMEFORMAT := done in %0R s
# Turns off a warning of eleven lines that jsii prints about Node.js 20. That version suffices, except to deploy to AWS.
export JSII_SILENCE_WARNING_END_OF_LIFE_NODE_VERSION := 20

.PHONY: help requirements demo test race lint faults bench update picture check ask-aws api snapshot release

help:
	@echo "make demo    onboard four users on a local AWS, and print the outcome"
	@echo "make test    run every test"
	@echo "make race    run the tests that do not link jsii, with the race detector"
	@echo "make lint    check the code with golangci-lint, Ruff and Pyright"
	@echo "make faults  run only the tests that make every call of an execution fail in every way"
	@echo "make bench   measure cost, scale and synthesis, and write docs/benchmarks.md and the figures of both READMEs; takes 15 minutes"
	@echo "make ask-aws ask AWS whether it does what this project relies on; needs an AWS account, creates nothing, takes three minutes"
	@echo "make check   do what CI does: formatting, module files, vet, linters, then every test; print how long each step took"
	@echo "make update  write the golden files again, and the parts of the READMEs and docs that tests compare with the code"
	@echo "make api     compare the public Go API with that of the last version"
	@echo "make snapshot make everything that a release has, in dist, and publish nothing"
	@echo "make picture take the pictures of sign-in mails in docs again"

demo: node_modules
	@echo "Building the demo ..."
	@time go build -o bin/demo ./cmd/demo
	@bin/demo

# On a busy machine a package may take longer than Go's default of ten minutes. Four packages run at the same time, because
# tests spend some of their time waiting.
test: PACKAGES := ./...
test: node_modules
	go test -count=1 -p 4 -timeout 40m $(FLAGS) $(PACKAGES)

# The race detector is a C library: see the Go documentation, "Data Race Detector".
race: CC = $(shell go env CC)
race:
	@command -v $(firstword $(CC)) >/dev/null || { echo "there is no $(firstword $(CC)) on the PATH, go test -race needs a C compiler: install one, such as gcc" >&2; exit 1; }
	@packages="$$(.ci/packages without)" && CGO_ENABLED=1 $(MAKE) --no-print-directory test FLAGS=-race PACKAGES="$$(echo $$packages)"

# Each linter has its version in the module files of its ecosystem: tools/go.mod and package.json. Not so actionlint: it needs another
# version of a YAML module than golangci-lint.
lint: node_modules
	go run github.com/rhysd/actionlint/cmd/actionlint@v1.7.12
	go tool -modfile=tools/go.mod golangci-lint run
	cd examples/consumer && go tool -modfile=../../tools/go.mod golangci-lint run --config ../../.golangci.yml
	node .ci/ruff.mjs
	python="$$(go run ./cmd/python)" && node_modules/.bin/pyright --pythonpath "$$python"

faults: node_modules
	go test -count=1 -timeout 40m ./test/faults -v

bench: node_modules
	go run ./cmd/bench
	go test ./test -run FiguresInReadme -update

check: requirements
	@.ci/check

api:
	@.ci/api

# GoReleaser has 900 modules, so it is not in tools/go.mod. Without syft there is no SBOM.
GORELEASER := go run github.com/goreleaser/goreleaser/v2@v2.15.1
snapshot:
	$(GORELEASER) check
	$(GORELEASER) release --snapshot --clean $(if $(shell command -v syft),,--skip=sbom)
	dist/onboard_$$(go env GOOS)_$$(go env GOARCH)_*/onboard version

release:
	$(GORELEASER) release --clean --release-notes=<(awk '/^## / { found = $$2 == ENVIRON["GITHUB_REF_NAME"]; next } found' CHANGELOG.md)

update: node_modules
	go test ./test ./test/runs -run 'Golden|Transitions|InReadme|InDocs' -update

picture: node_modules
	go test ./test/runs -run TestMailsOnAPhone -update

# CDK_VALIDATION=false, because the CDK's validation takes longer to start than everything else, and AWS validates the definition.
ask-aws: node_modules
	CDK_VALIDATION=false go run ./cmd/askaws

requirements:
ifeq ($(MAKELEVEL),0)
	@command -v go >/dev/null || { echo "there is no go on the PATH, Go $$(sed -n 's/^go //p' go.mod) or later is needed: install it, see https://go.dev/doc/install" >&2; exit 1; }
	@go run ./cmd/requirements
endif

node_modules: package-lock.json package.json | requirements
	@echo "Installing the Node.js tools (CDK CLI, JSONata, validators, linters) ..."
	@time npm ci
	@touch node_modules
