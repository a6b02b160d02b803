# Everything a newcomer or CI runs. `make` lists the targets.
#   make setup TORCH_BACKEND=auto      PyTorch for the GPU of this machine; remembered until `make clean`
#   make setup PYTHON=python3.13       another Python; the first of 3.11, 3.12 and 3.13 otherwise
#   make demo ARGS=--keep              ARGS goes to the demo or to pytest
#   make test-unit ARGS="-k copies"

.DEFAULT_GOAL := help
SHELL := /bin/sh

# .venv/.newsfold-BACKEND says that .venv is up to date and has everything, and with which PyTorch; .venv/.demo that it
# has what the demo needs.
TORCH_BACKEND ?= $(filter-out default,$(patsubst .venv/.newsfold-%,%,$(firstword $(wildcard .venv/.newsfold-*))))
READY := .venv/.newsfold-$(or $(TORCH_BACKEND),default)
BIN := .venv/bin
export TORCH_BACKEND

# The arrays here are small: one thread each is faster than many, and two runs do not fight.
export OMP_NUM_THREADS ?= 1
export OPENBLAS_NUM_THREADS ?= 1

# Three files of tests at a time, each with a broker of its own where it needs one: most of them wait most of the time.
SIDE_BY_SIDE := --numprocesses 3 --dist loadfile

.PHONY: help
help:  ## List the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-14s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

.PHONY: setup
setup: $(READY)  ## Make .venv with everything: all extras, and the tools for tests; free when nothing changed

$(READY): pyproject.toml deploy/requirements.lock deploy/setup.sh
	@deploy/setup.sh
	@rm -f .venv/.newsfold-* && touch $@ .venv/.demo

.venv/.demo: pyproject.toml deploy/requirements.lock deploy/setup.sh
	@deploy/setup.sh demo
	@touch $@

.PHONY: demo
demo: .venv/.demo  ## Watch stories form on a real Kafka, in two minutes
	@$(BIN)/newsfold demo $(ARGS)

.PHONY: test
test: lint  ## Lint, type-check and run every test, against a real broker
	@echo "Coverage counts Python only; the kernels run as machine code, and their tests hold them to references."
	$(BIN)/python -m pytest --cov $(SIDE_BY_SIDE) $(ARGS)

.PHONY: test-unit
test-unit: setup  ## Run the tests that need no Kafka
	$(BIN)/python -m pytest $(SIDE_BY_SIDE) tests/unit $(ARGS)

.PHONY: test-upgrade
test-upgrade: setup  ## Upgrade running workers from the version FORMER (a commit or tag) to this one
	NEWSFOLD_TEST_FORMER=$(FORMER) $(BIN)/python -m pytest tests/integration/test_upgrade.py $(ARGS)

.PHONY: test-pythons
test-pythons: setup  ## Run the unit tests on the other supported Pythons that are installed
	@deploy/test_pythons.sh $(ARGS)

.PHONY: lint
lint: setup  ## ruff, mypy, and the order of imports
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-logo

.PHONY: torture
torture: setup  ## 175 rounds of every fault, on one broker and on three; nothing may be lost or doubled (an hour)
	$(BIN)/python -m tests.torture --rounds 125 --results benchmarks/torture/results.md $(ARGS)
	$(BIN)/python -m tests.torture --deck cluster --rounds 50 --results benchmarks/torture/cluster.md $(ARGS)

.PHONY: torture-short
torture-short: setup  ## One round of each kind of torture (2 minutes); also part of `make test`
	$(BIN)/python -m tests.torture --deck processes --rounds 7 --articles 100 $(ARGS)

.PHONY: hostile
hostile: setup  ## A million hostile messages through the embed stage (15 minutes)
	$(BIN)/python -m tests.torture.hostile --results benchmarks/torture/hostile.md $(ARGS)

.PHONY: soak
soak: setup  ## Memory of a worker over an hour
	$(BIN)/python -m benchmarks.soak.soak $(ARGS)

.PHONY: audit
audit: setup  ## Look the locked dependencies up in the advisory database; code 69: not audited
	@deploy/audit.sh

.PHONY: sbom
sbom: setup  ## Write the locked packages as build/sbom.cdx.json (CycloneDX), for a release to carry
	$(BIN)/python -m deploy.sbom build/sbom.cdx.json

.PHONY: lock
lock: setup  ## Bring deploy/requirements.lock up to pyproject.toml; ARGS=--upgrade renews every version
	PATH="build/uv/bin:$$PATH" uv pip compile pyproject.toml --all-extras --universal --python-version 3.11 \
		--no-emit-index-url --no-header --quiet $(ARGS) --output-file deploy/requirements.lock

.PHONY: jars
jars: setup  ## Renew deploy/kafka/jars.lock from pom.xml (needs Maven)
	$(BIN)/python -m deploy.kafka.lock_jars

.PHONY: helm
helm: build/bin/helm  ## Build helm with Go, for the test of the chart's renderings

build/bin/helm:
	@if command -v helm >/dev/null; then echo "helm is on the path"; \
	elif command -v go >/dev/null; then cd "$$(mktemp -d)" && GOFLAGS=-mod=mod GOBIN="$(CURDIR)/build/bin" go install helm.sh/helm/v3/cmd/helm@v3.22.0; \
	else echo "Neither helm nor Go is here: the chart's renderings are validated, but not compared"; fi

.PHONY: secrets
secrets:  ## Make the passwords that docker-compose.yml reads from var/secrets, where they are missing
	@mkdir -p var/secrets && chmod 711 var/secrets
	@for name in web__token board__token grafana_password; do test -s var/secrets/$$name || \
		od -An -N18 -tx1 /dev/urandom | tr -d ' \n' > var/secrets/$$name; done

.PHONY: compose-check
compose-check:  ## Check docker-compose.yml with dclint, and with Docker where it is
	npx --yes dclint@3.1.0 --max-warnings 0 docker-compose.yml
	@if docker compose version >/dev/null 2>&1; then docker compose config --quiet && echo "docker-compose.yml is sound"; \
	else echo "docker compose is not installed: tests/unit/deploy/test_compose.py checks docker-compose.yml"; fi

.PHONY: clean
clean:  ## Remove .venv, build and caches (var/, where brokers and checkpoints keep data, stays)
	rm -rf .venv build *.egg-info .pytest_cache .mypy_cache .ruff_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
