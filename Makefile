# Two commands: `make run` starts everything, `make test` checks everything. `make help` lists the rest.

PYTHON ?= python3
PORT ?= 8000
HOST ?= 127.0.0.1
FOLDER ?= ../shared/legacy
WORKERS ?= auto
PY = .venv/bin/python
MANAGE = $(PY) manage.py

.PHONY: help run test legacy lint bench packages packages-dev clean

help:
	@echo "make run              start everything and print the address   (PORT=8000 HOST=127.0.0.1)"
	@echo "make test             every check and test                     (WORKERS=auto)"
	@echo "make legacy           import the old system's four files       (FOLDER=../shared/legacy)"
	@echo "make lint             the checks without the tests"
	@echo "make bench            the figures in benchmarks/"
	@echo "make clean            remove the installed packages; data in var/ stays"

packages:
	@"$(PYTHON)" bin/bootstrap.py requirements.lock

packages-dev:
	@"$(PYTHON)" bin/bootstrap.py requirements-dev.lock

run: packages
	@exec $(MANAGE) up --tied --host "$(HOST)" --port "$(PORT)"

legacy: packages
	@exec $(MANAGE) legacy "$(FOLDER)"

test: lint
	@exec $(PY) -m pytest -q -n $(WORKERS) --dist loadgroup

lint: packages-dev
	@exec $(PY) bin/lint.py

bench: packages-dev
	@exec $(PY) -m benchmarks

clean:
	rm -rf .venv .mypy_cache .pytest_cache .ruff_cache
