# Two commands carry the project: `make demo` and `make test`. See README.md.
PYTHON := $(shell for p in python3 python3.14 python3.13 python3.12 python3.11; do \
  $$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$p && break; done)
ifeq ($(PYTHON),)
$(error Anhuan needs Python 3.11 or newer, and none was found; on Debian or Ubuntu: sudo apt-get install python3 python3-venv)
endif
RUN = @.venv/bin/python -m

.PHONY: demo manage test check guides soak bench format setup setup-dev clean

demo: setup           ## the product with its demo factory; PORT=8000
	$(RUN) config.serve

manage:               ## a command in the running demo: make manage ARGS="verify_ledger --factory demo"
	@test -f .data/running.env || { echo 'Start the demo first, in another window: make demo'; exit 1; }
	@set -a; . ./.data/running.env; .venv/bin/python manage.py $(ARGS)

test: setup-dev       ## the whole suite, a process per core; ARGS="tests/hazards -x -n0" for a part
	$(RUN) config.embedded -- .venv/bin/python -m pytest -n logical --dist loadgroup --no-loadscope-reorder $(ARGS)

check: setup-dev      ## style, types, templates, translations, migrations, imports
	$(RUN) config.embedded -- .venv/bin/python deploy/check

format: setup-dev     ## writes code and templates as `make check` wants them
	@.venv/bin/ruff check --fix --quiet . deploy/setup deploy/check; .venv/bin/ruff format --quiet . deploy/setup deploy/check
	@find templates -name '*.html' -exec .venv/bin/djade --target-version 5.2 {} +

guides: setup-dev     ## records the guide films anew; ARGS="fix-a-hazard" for one of them
	$(RUN) config.embedded -- .venv/bin/python -m deploy.guides $(ARGS)

soak: setup-dev       ## kills servers at random while 500 alerts are raised; prints what became of each
	$(RUN) tests.faults --alerts 500 --kills 60

bench: setup-dev      ## measures against the goals; writes benchmarks/results.json
	$(RUN) config.embedded -- .venv/bin/python -m benchmarks

setup:
	@$(PYTHON) deploy/setup

setup-dev:
	@$(PYTHON) deploy/setup --dev

clean:                ## all that setup made; .data (the demo's data) stays
	rm -rf .venv node_modules static/vendor .static .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis
