SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.DELETE_ON_ERROR:
.DEFAULT_GOAL := help

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin

# How many processes run the tests of `make unit`, `make test` and `make faults`.
JOBS ?= 2
# AFTER=quick leaves out the files that `make quick` has just run.
AFTER ?=
REST = $(if $(filter quick,$(AFTER)),$(addprefix --ignore=,$(shell cat tests/quick.txt)))
PARALLEL = $(if $(filter-out 1,$(JOBS)),-n $(JOBS) --dist loadgroup)

# What is built once and kept: Neo4j homes, Helm, images.
export NEO4J_RESTORE_CACHE ?= $(or $(XDG_CACHE_HOME),$(HOME)/.cache)/neo4j-restore

.PHONY: help
help: ## show this help
	@awk -F':.*## ' '/^[a-z0-9-]+:.*## / {printf "  %-16s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

.PHONY: venv
venv: $(VENV)/.made ## make .venv with both commands in it

$(VENV)/.made: pyproject.toml
	@echo "installing Python packages into $(VENV), which takes about half a minute" >&2
	@$(PYTHON) -m venv $(VENV)
	@$(BIN)/pip install --quiet --disable-pip-version-check --upgrade 'pip>=25.1'
	@$(BIN)/pip install --quiet --disable-pip-version-check --editable . --group dev
	@touch $@

.PHONY: fmt
fmt: venv ## format the code
	$(BIN)/ruff check --fix --quiet . || true
	$(BIN)/ruff format .

.PHONY: lint
lint: venv ## check style and which package imports which
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/lint-imports

.PHONY: type
type: venv ## check types
	$(BIN)/mypy

.PHONY: needs
needs: ## say what `make test` needs, how long it takes, and all that is missing
	@tools/needs $(filter-out needs,$(MAKECMDGOALS))

.PHONY: quick
quick: needs venv ## run the tests that need Python alone, in half a minute
	$(BIN)/python -m pytest -p tests.quick @tests/quick.txt $(if $(K),-k '$(K)')

.PHONY: unit
unit: needs venv helm chromium stores crds ## run the tests that need no Neo4j and no cluster
	$(BIN)/pytest -m 'not real and not e2e' $(PARALLEL) $(if $(K),-k '$(K)')

.PHONY: test
test: needs venv helm neo4j stores chromium crds ## run all tests but those on a cluster; K=name for some, JOBS=1, SKIP=azure
	PROOFS=$(CURDIR)/build/proofs.jsonl $(BIN)/pytest -m 'not e2e' $(PARALLEL) $(REST) $(if $(K),-k '$(K)')
	$(if $(K)$(SKIP),,$(BIN)/python -m tests.docs.compatibility --check build/proofs.jsonl)

.PHONY: compatibility
compatibility: needs venv helm neo4j stores ## run the tests that docs/compatibility.md is made of, and write it; K=name for some
	PROOFS=$(CURDIR)/build/proofs.jsonl $(BIN)/pytest -m '(proves or refuses) and not e2e' $(PARALLEL) $(if $(K),-k '$(K)')
	$(BIN)/python -m tests.docs.compatibility build/proofs.jsonl $(wildcard build/proofs-e2e-*.jsonl)

.PHONY: coverage
coverage: needs venv helm neo4j stores chromium crds ## run the same and list the lines that no test reaches; takes half as long again
	$(BIN)/pytest -m 'not e2e' $(if $(K),-k '$(K)') --cov --cov-report=term-missing:skip-covered

.PHONY: faults
faults: needs venv helm neo4j ## kill, cut off, fill up and corrupt hundreds of times; prints the README's table
	rm -f build/faults.jsonl && mkdir -p build
	FAULTS=all FAULTS_TABLE=$(CURDIR)/build/faults.jsonl $(BIN)/pytest tests/faults $(PARALLEL)
	$(BIN)/python -m tests.faults.table build/faults.jsonl

.PHONY: docs
docs: venv ## write the pages that are made from the code
	$(BIN)/python -c 'from neo4j_restore.explain import page; print(page(), end="")' >docs/exit-codes.md
	$(BIN)/python -m tests.chart.values_table
	$(BIN)/python -m tests.docs.tables
	$(BIN)/python -c 'from tools.site.pages import llms; print(llms(), end="")' >llms.txt
	$(BIN)/python -m tests.docs.compatibility
	for kind in fleet scenario lock; do $(BIN)/neo4j-scenarios schema $$kind >generator/schema/$$kind.json; done

.PHONY: bench
bench: venv helm neo4j ## measure against what else there is; writes docs/benchmarks.md
	$(BIN)/python -m bench

.PHONY: bench-restore
bench-restore: venv neo4j ## the restores' half of it
	$(BIN)/python -m bench restore

.PHONY: bench-generator
bench-generator: venv helm ## the generator's half
	$(BIN)/python -m bench generator

.PHONY: bench-ready
bench-ready: needs venv neo4j ## time until Neo4j answers, on a cluster, and the forecast against the truth; writes the same page
	$(BIN)/python -m bench ready

.PHONY: bench-quick
bench-quick: venv helm neo4j ## show on tiny sets that every benchmark still works; no speed, no page
	$(BIN)/python -m bench --quick --rounds 1
	$(BIN)/python -m bench ready --quick --rounds 1 --only forecast

.PHONY: check
check: lint type test ## what a change has to pass

.PHONY: neo4j
neo4j: venv ## assemble the real Neo4j homes that tests and the demo use, once; VERSION=2026.08.1 for one
	tools/neo4j/assemble $(VERSION) >/dev/null

.PHONY: demo
demo: needs venv ## from a backup in a bucket to a running Neo4j, on this machine; NEO4J_VERSION=2026.08.1 for the newest
	@$(BIN)/python -m demo

.PHONY: chart
chart: venv helm ## remake the table in the chart's README, and run the chart's tests
	$(BIN)/python -m tests.chart.values_table
	$(BIN)/pytest tests/chart -q

.PHONY: package
package: venv ## make dist/: wheel, sdist and chart. KEY= signs it, SBOM=image writes an SBOM (RELEASE.md)
	rm -rf dist
	$(BIN)/python -m tools.package.share build/share
	$(BIN)/python -m build --no-isolation --outdir dist . >/dev/null
	$(BIN)/twine check --strict dist/*.whl dist/*.tar.gz
	$(BIN)/python -m tools.package.chart dist
	$(if $(SBOM),tools/package/sbom $(SBOM) dist)
	ls -l dist

.PHONY: site
site: venv chromium ## build the documentation as a site in build/site, with pictures; every link is checked
	PICTURES=$(CURDIR)/build/pictures $(BIN)/pytest -q tests/generator/report/test_pictures.py
	$(BIN)/python -m tools.site

.PHONY: release-check
release-check: venv ## go through RELEASE.md, and say what does not hold yet; VERSION=0.2.0
	@$(BIN)/python -m tools.package.release_check

.PHONY: charts-real
charts-real: venv helm ## hold our files and facts to the charts of others in CHARTS=folder (`helm pull`); before a release
	$(BIN)/python -m tests.charts_real "$(CHARTS)" "$$(tools/helm any)"

.PHONY: scenarios
scenarios: venv ## write the values files of scenarios/ again
	$(BIN)/neo4j-scenarios build scenarios/*/

.PHONY: image
image: venv ## build the restore image, and the others of e2e; without Docker from Debian packages; NEO4J_VERSION=...
	tools/image/build

.PHONY: pin-images
pin-images: ## write the digests of the base images into the Dockerfile; asks their registries
	tools/image/pin

.PHONY: cluster
cluster: ## start a cluster for e2e, and print what to export; `make cluster-down` ends it
	@tools/cluster/up

.PHONY: cluster-down
cluster-down: ## end the cluster of `make cluster`
	tools/cluster/down

.PHONY: e2e
e2e: needs venv flux ## install, restore and restart on KUBECONFIG's cluster, or else on one of its own; K=name for some
	PROOFS=$(CURDIR)/build/proofs-e2e-$(or $(NEO4J_VERSION),default).jsonl \
	  tools/cluster/with $(BIN)/pytest tests/e2e -m e2e $(if $(K),-k '$(K)')

.PHONY: parts
parts: helm neo4j stores chromium crds flux image ## build all that tests and the cluster are made of, once; no test runs
	tools/cluster/build

.PHONY: chromium
chromium: ## install Chromium, which the tests of the fleet report use, by apt where it is missing
	tools/chromium >/dev/null

.PHONY: helm
helm: ## build Helm 3 and 4, pinned in tools/go.mod, and their library for the tests, once
	tools/helm 3 >/dev/null
	tools/helm 4 >/dev/null
	tools/renderer/install >/dev/null

.PHONY: stores
stores: ## build the stores and the registry of the tests, pinned in tools/stores and tools/registry, once
	tools/stores/install versitygw >/dev/null
	tools/registry/install >/dev/null
	$(if $(findstring azure,$(SKIP)),,tools/stores/install azurite >/dev/null)

.PHONY: flux
flux: ## build Flux's controllers, pinned in tools/flux, once
	tools/flux/install >/dev/null

.PHONY: crds
crds: ## fetch the schemas of Argo CD and Flux that tests use, pinned in tools/crds, once
	tools/crds >/dev/null
