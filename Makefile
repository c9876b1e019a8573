# Everything a person or a CI does with this project. Needs Go and make; `make setup` gets the rest.
SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
.NOTPARALLEL:

LINT_VERSION := v2.15.0
LINT := .cache/bin/golangci-lint-$(LINT_VERSION)
ACTIONLINT_VERSION := v1.7.12
ACTIONLINT := .cache/bin/actionlint-$(ACTIONLINT_VERSION)
GREMLINS_VERSION := v0.6.0
GREMLINS := .cache/bin/gremlins-$(GREMLINS_VERSION)

# To be set on the command line: make VARIABLE=VALUE TARGET
N ?= 10
ARGS ?=
RACE ?= -race
FUZZTIME ?= 30s
CHECKS ?= 100000
WORLDS ?= 20000
DAMAGES ?= 20000
TAMPERINGS ?= 50
SEED ?= 0
EXPLORE ?= 10m
AIMING ?= pairs
MINUTES ?= 60
SESSION ?= runs/latest
MUTATE ?=
MUTATE_DIFF ?=
PULSAR ?=
VERSIONS ?= 2.10.1 3.3.6 4.0.6 4.0.8
ifneq ($(PULSAR),)
export TURNSTILE_PULSAR := $(PULSAR)
endif

# Of none go test runs nothing, and passes.
without-digits = $(subst 0,,$(subst 1,,$(subst 2,,$(subst 3,,$(subst 4,,$(subst 5,,$(subst 6,,$(subst 7,,$(subst 8,,$(subst 9,,$(1)))))))))))
is-number = $(and $(1),$(if $(call without-digits,$(1)),,yes))
$(foreach v,N CHECKS MINUTES,$(if $(and $(call is-number,$($(v))),$(subst 0,,$($(v)))),,$(error $(v)=$($(v)): give a whole number from 1 up)))
$(foreach v,WORLDS DAMAGES TAMPERINGS SEED,$(if $(call is-number,$($(v))),,$(error $(v)=$($(v)): give a whole number from 0 up)))

heading = @printf '\n== %s\n' '$(1)'

# Each target that says what it is.
.PHONY: $(shell sed -n 's/^\([a-z-]*\):.*\#\#.*/\1/p' $(firstword $(MAKEFILE_LIST)))

help: ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' Makefile
	@echo
	@printf '  %-24s %s\n' \
		'N=$(N)' "how often soak, mutants, remedies, loop, aiming, danger, odds, alerts and system-bugs run each of theirs" \
		'ARGS=' "more arguments for the command of a target that runs scenarios, as in ARGS='-run KeyShared' or ARGS='-parallel 6';" \
		'' "of compare and systems those of turnstile, of mutate those of gremlins" \
		'FUZZTIME=$(FUZZTIME)' "how long fuzz takes for each reader" \
		'CHECKS=$(CHECKS)' "how many histories oracles draws for each property" \
		'WORLDS=$(WORLDS)' "how many true worlds attack draws" \
		'DAMAGES=$(DAMAGES)' "how many damaged files" \
		'TAMPERINGS=$(TAMPERINGS)' "how many tampered files of each kind" \
		'SEED=$(SEED)' "where attack begins to draw, to repeat what it printed; 0: anywhere" \
		'EXPLORE=$(EXPLORE)' "how long explore draws schedules" \
		'AIMING=$(AIMING)' "which faults aiming runs: pairs, or only those aimed or unaimed" \
		'MINUTES=$(MINUTES)' "how long decide-check draws faults" \
		'SESSION=$(SESSION)' "from which results writes tables" \
		'MUTATE=' "which files mutate changes: beginnings of paths, as in MUTATE=checker/history" \
		'MUTATE_DIFF=' "a commit: mutate changes only lines that differ from where it was left" \
		'PULSAR=' "the version of Pulsar that all of this stands on; empty: the first in fixtures/images/pulsar-versions" \
		'VERSIONS="$(VERSIONS)"' "those that versions compares" \
		'RACE=$(RACE)' "empty where there is no C compiler"

setup: ## make the machine ready: a Docker engine, images of Pulsar and Redis
	$(call heading,setup)
	@fixtures/images/setup.sh

build: ## compile everything; commands go to .cache/bin
	$(call heading,build)
	@mkdir -p .cache/bin
	go build -o .cache/bin/ ./...

fmt: ## fail if a Go file is not formatted
	$(call heading,fmt)
	@files=$$(gofmt -l .); [ -z "$$files" ] || { printf 'not formatted (make fmt-fix repairs it):\n%s\n' "$$files"; exit 1; }

fmt-fix: ## format the Go files
	gofmt -w .

vet: ## go vet, of what is built on other systems too
	$(call heading,vet)
	go vet ./... ./.ci/schemata
	GOOS=darwin CGO_ENABLED=0 go vet ./checker/history

# actionlint would use shellcheck and pyflakes where a machine happens to have them.
lint: $(LINT) $(ACTIONLINT) ## style, mistakes, the directions of import; go.mod, workflows and scripts
	$(call heading,lint)
	go mod tidy -diff
	$(ACTIONLINT) -shellcheck= -pyflakes=
	@git ls-files -co --exclude-standard '*.sh' .ci/run .ci/mutate .ci/mutate-test .ci/gremlins/go | while read -r script; do bash -n "$$script"; done
	$(LINT) run --allow-parallel-runners ./...

$(LINT):
	$(call heading,installing golangci-lint $(LINT_VERSION) (a few minutes, once))
	@mkdir -p .cache/bin/new
	GOBIN='$(CURDIR)/.cache/bin/new' go install github.com/golangci/golangci-lint/v2/cmd/golangci-lint@$(LINT_VERSION)
	@mv .cache/bin/new/golangci-lint $@ && rmdir .cache/bin/new

$(ACTIONLINT):
	$(call heading,installing actionlint $(ACTIONLINT_VERSION))
	@mkdir -p .cache/bin/new
	GOBIN='$(CURDIR)/.cache/bin/new' go install github.com/rhysd/actionlint/cmd/actionlint@$(ACTIONLINT_VERSION)
	@mv .cache/bin/new/actionlint $@ && rmdir .cache/bin/new

unit: ## tests that need no Docker
	$(call heading,unit)
	go test $(RACE) -short -count=1 ./...

fuzz: ## fuzz every reader, FUZZTIME each
	$(call heading,fuzz)
	@grep -rHoE --include='*_test.go' '^func Fuzz[A-Za-z0-9_]+' . | while IFS=: read -r file func; do \
		go test -run '^$$' -fuzz "^$${func#func }$$" -fuzztime $(FUZZTIME) "$$(dirname "$$file")"; done

oracles: ## the checker against brute force and against itself, CHECKS draws for each property test
	$(call heading,oracles)
	@.ci/oracles $(CHECKS)

mutate: $(GREMLINS) ## change one token of the checker after another: how many changes do its tests notice? (up to an hour)
	$(call heading,mutate)
	@MUTATE='$(MUTATE)' MUTATE_DIFF='$(MUTATE_DIFF)' .ci/mutate $(GREMLINS) $(ARGS)

mutate-test: $(GREMLINS) ## does 'mutate' count rightly?
	$(call heading,mutate-test)
	go test ./.ci/schemata
	@.ci/mutate-test $(GREMLINS)

$(GREMLINS):
	$(call heading,installing gremlins $(GREMLINS_VERSION))
	@mkdir -p .cache/bin/new
	GOBIN='$(CURDIR)/.cache/bin/new' go install github.com/go-gremlins/gremlins/cmd/gremlins@$(GREMLINS_VERSION)
	@mv .cache/bin/new/gremlins $@ && rmdir .cache/bin/new

attack: ## true worlds, damaged and tampered records against the checker: no answer may be wrong (some minutes)
	$(call heading,attack)
	go test -v -count=1 -timeout 12h ./checker/attack -args -attack.worlds=$(WORLDS) -attack.damages=$(DAMAGES) -attack.tamperings=$(TAMPERINGS) \
		-attack.seed=$(SEED) -attack.keep='$(CURDIR)/.cache/attack'

# A busy machine misses goals that an idle one meets: the table says what was measured, and fails nothing.
bench-check: ## the checker's benchmarks, and their figures against the goals (2 GB of disk, some minutes)
	$(call heading,bench-check)
	go test -run '^$$' -bench '^(BenchmarkScale|BenchmarkAgainstPorcupine|BenchmarkHotUser|BenchmarkFiftyUnclear|BenchmarkRead)$$' \
		-benchtime 3x -timeout 30m ./checker ./checker/history | awk -f checker/goals.awk

# Without a list of packages go test shows what happens while it happens.
real: ## the small part of the scenarios, on real Pulsar and Redis
	$(call heading,real)
	go test -count=1 -timeout 10m ./fixtures/engine ./fixtures/links ./fixtures/orchestrator ./harness/interleave
	go test -count=1 -timeout 5m -run '^TestWhatASettingSaysIsSoAtTheBroker$$' ./fixtures/pulsar
	cd suites && TURNSTILE_SMOKE=1 go test -count=1 -timeout 15m

test: setup fmt vet lint unit real ## what CI runs

verify: setup ## every scenario once
	$(call heading,verify)
	cd suites && go test -count=1 -timeout 40m

soak: setup ## every scenario N times
	$(call heading,soak)
	cd suites && go test -count=$(N) -timeout 170m $(ARGS)

mutants: setup ## every planted bug, and the same scenarios without it, N times
	$(call heading,mutants)
	cd suites && TURNSTILE_MUTANTS=1 go test -count=$(N) -timeout 170m -run '^(TestMutants|TestMutantTwins)$$' $(ARGS)

# The table is of what was run, also where that is not what is claimed.
remedies: setup ## what restores texts and order where a mode does not, N times; writes suites/REMEDIES.md
	$(call heading,remedies)
	@status=0; (cd suites && TURNSTILE_REMEDIES=1 go test -count=$(N) -timeout 170m -run '^Test(Remedies|Cancelled|Retries)$$' $(ARGS)) || status=$$?; \
		go run ./harness/cmd/turnstile results runs/latest --into suites/REMEDIES.md; exit $$status

loop: setup ## workers whose acknowledgements advance by themselves: the scenarios of a worker that is struck and of a topic that is taken from it, N times
	$(call heading,loop)
	cd suites && TURNSTILE_LOOP=1 go test -count=$(N) -timeout 170m -run '^TestLoop$$' $(ARGS)

explore: setup ## random schedules of faults, drawn for as long as EXPLORE says
	$(call heading,explore)
	cd suites && TURNSTILE_EXPLORE=$(EXPLORE) go test -count=1 -timeout 170m -run '^TestExplore$$'

interleave: setup ## every merge of two attempts' steps, with and without each planted bug of the fences (minutes)
	$(call heading,interleave)
	cd suites && TURNSTILE_INTERLEAVE=1 go test -count=1 -timeout 60m -v -run '^Test(EveryMerge|DrawnMerges)$$' $(ARGS)

aiming: setup ## what aiming is worth: each fault that must break something, aimed and unaimed, N times
	$(call heading,aiming)
	cd suites && TURNSTILE_AIMING=$(AIMING) go test -count=$(N) -timeout 170m -run '^Test(Shared|Lock|Failover|KeyShared|Faults)' $(ARGS)

danger: setup ## where in its handling a worker must not be struck: freeze and kill at every point, in every mode, N times
	$(call heading,danger)
	cd suites && TURNSTILE_DANGER=1 go test -count=$(N) -timeout 170m -run '^TestDanger$$' $(ARGS)

odds: setup ## what faults do that are aimed at nobody, in every mode with every remedy, N times (a quarter of an hour each)
	$(call heading,odds)
	cd suites && TURNSTILE_ODDS=1 go test -count=$(N) -timeout 170m -run '^TestOdds$$' $(ARGS)

decide-check: setup ## what turnstile decide expects of drawn faults, beside what came of them, for so many MINUTES
	$(call heading,decide-check)
	cd suites && TURNSTILE_FORETOLD=$(MINUTES)m go test -count=1 -timeout 170m -run '^TestForetold$$' $(ARGS)

compare: setup ## what each mode and remedy costs: events a second, latencies, processor time (on an idle machine, ten minutes; with ARGS='--arms .' of all, half an hour)
	$(call heading,compare)
	go run ./harness/cmd/turnstile compare $(ARGS)

# The table is of what was run, also where that is not what is claimed.
versions: ## scenarios that are chosen to differ, with several versions of Pulsar and their dispatchers; writes suites/VERSIONS.md
	$(call heading,versions)
	@for version in $(VERSIONS); do TURNSTILE_PULSAR=$$version fixtures/images/setup.sh; done
	@status=0; (cd suites && TURNSTILE_VERSIONS='$(VERSIONS)' go test -count=1 -timeout 90m -run '^TestVersions$$' $(ARGS)) || status=$$?; \
		go run ./harness/cmd/turnstile results runs/latest --into suites/VERSIONS.md; exit $$status

# The table is of what was run, also where that is not what is claimed.
variants: setup ## other ways of the same modes, that people choose for speed or by accident; writes suites/VARIANTS.md
	$(call heading,variants)
	@status=0; (cd suites && TURNSTILE_VARIANTS=1 go test -count=1 -timeout 60m -run '^TestVariants$$' $(ARGS)) || status=$$?; \
		go run ./harness/cmd/turnstile results runs/latest --into suites/VARIANTS.md; exit $$status

# The table is of what was run, also where that is not what is claimed.
alerts: setup ## which alert of the workers' metrics each fault raises in each mode, and when, N times; writes suites/ALERTS.md
	$(call heading,alerts)
	@status=0; (cd suites && TURNSTILE_ALERTS=1 go test -count=$(N) -timeout 170m -run '^TestAlerts$$' $(ARGS)) || status=$$?; \
		go run ./harness/cmd/turnstile alerts runs/latest --into suites/ALERTS.md; exit $$status

# SESSION names another session than the newest.
results: ## write the tables of documents anew, from a session of verify, mutants or aiming
	$(call heading,results)
	go run ./harness/cmd/turnstile results $(SESSION) --into README.md --into suites/RESULTS.md --into checker/README.md

tables: ## write those tables of documents anew that are of the code alone
	go run ./harness/cmd/turnstile results --into README.md --into fixtures/orchestrator/README.md

cluster: setup ## tests of the cluster: brokers, bookies and ZooKeeper that die, pause and come back
	$(call heading,cluster)
	go test -count=1 -timeout 20m -v ./fixtures/pulsar

wire: setup ## links that understand, between real clients and real servers: as many pass as the clients count
	$(call heading,wire)
	go test -count=1 -timeout 20m -v ./fixtures/links/tap/real

faults: setup ## the scenarios of faults beyond those of each mode's own table, once
	$(call heading,faults)
	cd suites && go test -count=1 -timeout 90m -run '^TestFaults' $(ARGS)

wire-faults: setup ## the scenarios of single frames held, lost or given twice, and of taps on a cluster, once
	$(call heading,wire-faults)
	cd suites && TURNSTILE_WIRE=1 go test -count=1 -timeout 90m -run '^TestWire$$' $(ARGS)

systems: setup ## orchestrators that were not written for this, as they are, through faults in all their modes (minutes each), and one that does it wrong
	$(call heading,systems)
	go test -count=1 -timeout 10m -run '^TestWhatASystemDoesWrong' ./harness
	@mkdir -p .cache/bin
	go build -o .cache/bin/ ./harness/cmd/turnstile
	@for manifest in fixtures/systems/*/turnstile.yaml; do \
		.cache/bin/turnstile verify --system $$manifest $(ARGS) || [ $$? -le 3 ]; done # what a mode does not keep is refuted

# The table is of what was run, also where that is not what is claimed.
system-bugs: setup ## every bug planted in those systems, N times: which level of sight refutes it; writes suites/SYSTEMS.md
	$(call heading,system-bugs)
	@status=0; (cd suites && TURNSTILE_SYSTEM_BUGS=1 go test -count=$(N) -timeout 170m -run '^TestSystem(Bugs|WithoutAnObserver)$$' $(ARGS)) || status=$$?; \
		go run ./harness/cmd/turnstile results runs/latest --into suites/SYSTEMS.md; exit $$status

existing: setup ## a system on a cluster that was there already, started by hand, with TLS and tokens (minutes)
	$(call heading,existing)
	go test -count=1 -timeout 20m -run '^TestAClusterThatIsThereAlready$$' ./fixtures/pulsar
	go test -count=1 -timeout 20m -v -run '^TestAClusterThatIsThereAlready' ./harness/cmd/turnstile

clean: ## remove tools and builds (not the runs)
	rm -rf .cache

clean-runs: ## remove the records of all runs
	rm -rf runs
