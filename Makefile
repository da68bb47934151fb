# make grade, make test and make lab set up what they need first; see README.md.
SHELL := /bin/bash
.DEFAULT_GOAL := help
.PHONY: help setup grade test soak lab notebooks release samples bench colab lock

ASSIGNMENT ?= ps1
HANDINS ?= samples/$(ASSIGNMENT)
WARM ?= 1
export PATH := $(CURDIR)/.venv/bin:$(PATH)

help: ## show this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "make %-10s %s\n", $$1, $$2 }' Makefile

setup: ## make .venv with all of requirements.txt
	@PYTHON="$(PYTHON)" bash tools/setup.sh

grade: release ## grade the sample class (or: make grade ASSIGNMENT=ps1 HANDINS=folder)
	@# 1: a hand-in needs a person, and the others go on
	@batchgrader collect $(ASSIGNMENT) "$(HANDINS)" || test $$? = 1
	@batchgrader grade $(ASSIGNMENT) $(if $(filter samples/%,$(HANDINS)),--isolation weak) || test $$? = 1
	@batchgrader feedback $(ASSIGNMENT) || test $$? = 1

test: setup ## run all tests and every notebook again (WARM=0: each kernel imports for itself)
	@ruff check .
	@JUPYTER_PATH=$(CURDIR)/tests/jupyter TF_NUM_INTRAOP_THREADS=1 \
	    pytest -n 2 --dist loadfile --nbval \
	    --nbval-kernel-name course$(if $(filter-out 0,$(WARM)),-warm) --nbval-sanitize-with tests/nbval_sanitize.cfg $(ARGS)

soak: setup ## kill grading runs at a hundred moments, and see that nothing is lost (or: KILLS=1000)
	@KILLS=$(or $(KILLS),100) pytest -n 2 tests/grading/test_kills.py $(ARGS)

lab: release ## open JupyterLab on the course, with Validate and Formgrader
	@jupyter lab $(ARGS)

notebooks: setup ## content/ to notebooks/ and source/ (FORCE=1: also what is up to date)
	@python -m coursebuild notebooks $(if $(FORCE),--force)

release: setup ## source/ to release/, and the gradebook is told
	@python -m coursebuild release $(if $(FORCE),--force)

bench: setup ## measure what the READMEs say about speed (two hours; smaller: bench/grading.py)
	@python bench/dataset.py
	@PYTHONPATH=$(CURDIR):$(CURDIR)/tests python bench/grading.py

colab: setup ## run lessons and releases with Colab's packages (2 GB more, in .venv-colab)
	@test -e .venv-colab/.ready || { python -m venv .venv-colab && \
	    .venv-colab/bin/pip install -q -r tests/colab.txt && touch .venv-colab/.ready; }
	@PATH=$(CURDIR)/.venv-colab/bin:$$PATH PYDEVD_DISABLE_FILE_VALIDATION=1 \
	    .venv-colab/bin/python tools/colab_check.py notebooks/*.ipynb release/*/*.ipynb

samples: release ## make the sample class again, from the release
	@python samples/make_class.py

lock: setup ## write the versions that are installed now to constraints.txt
	@pip freeze --exclude-editable > constraints.txt
