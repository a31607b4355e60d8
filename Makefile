SHELL := /bin/bash
export TIMEFORMAT := done in %0R s
# Of Node.js 20, which is enough for all but a deployment to AWS, jsii warns in eleven lines at each start.
export JSII_SILENCE_WARNING_END_OF_LIFE_NODE_VERSION := 20

.PHONY: help requirements demo test race faults bench update picture check ask-aws

help:
	@echo "make demo    onboard four users on a local AWS, and look at the outcome"
	@echo "make test    run every test"
	@echo "make race    run the tests that do not link jsii, with the race detector"
	@echo "make faults  of the tests, only those that have every call of a run go wrong in every way"
	@echo "make bench   measure cost, scale and speed, and write docs/benchmarks.md and the figures of README.md; takes 15 minutes"
	@echo "make ask-aws ask AWS whether it does what this project relies on; creates nothing, takes an AWS account and three minutes"
	@echo "make check   what CI runs: formatting, module files, vet, then every test; says at its end what took how long"
	@echo "make update  write the golden files and what tests hold in README.md and docs anew"
	@echo "make picture take the picture of a mail in README.md anew"

demo: node_modules
	@echo "Building the demo ..."
	@time go build -o bin/demo ./cmd/demo
	@bin/demo

# On a busy machine a package may take longer than the ten minutes that Go gives it. Four at a time, because tests also wait.
test: PACKAGES := ./...
test: node_modules
	go test -count=1 -p 4 -timeout 40m $(FLAGS) $(PACKAGES)

# The race detector is a C library: see the Go documentation, "Data Race Detector".
race: CC = $(shell go env CC)
race:
	@command -v $(firstword $(CC)) >/dev/null || { echo "go test -race needs a C compiler, there is no $(firstword $(CC)) on the PATH: install one, such as gcc" >&2; exit 1; }
	@packages="$$(.ci/packages without)" && CGO_ENABLED=1 $(MAKE) --no-print-directory test FLAGS=-race PACKAGES="$$(echo $$packages)"

faults: node_modules
	go test -count=1 -timeout 40m ./test/faults -v

bench: node_modules
	go run ./cmd/bench
	go test ./test -run FiguresInReadme -update

check: requirements
	@.ci/check

update: node_modules
	go test ./test ./test/runs -run 'Golden|Transitions|InReadme|InDocs' -update

picture: node_modules
	go test ./test/runs -run TestMailsOnAPhone -update

# The CDK's validation of templates takes longer to start than all the rest, and AWS validates the definition.
ask-aws: node_modules
	CDK_VALIDATION=false go run ./cmd/askaws

requirements:
ifeq ($(MAKELEVEL),0)
	@command -v go >/dev/null || { echo "there is no go on the PATH, $$(sed -n 's/^go //p' go.mod) or later is needed: install it, see https://go.dev/doc/install" >&2; exit 1; }
	@go run ./cmd/requirements
endif

node_modules: package-lock.json package.json | requirements
	@echo "Installing the Node.js tools (CDK CLI, JSONata, validators) ..."
	@time npm ci
	@touch node_modules
