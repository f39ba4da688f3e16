# まどぐち: make run で動き、make test で試験が走ります。ほかのことは README.md に書いています。
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
VENV  := .venv
BIN   := $(VENV)/bin
PYTHON ?= $(shell for p in python3.13 python3.12 python3.11 python3 python; do command -v $$p >/dev/null 2>&1 && $$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && { echo $$p; break; }; done)
export PYTHONSAFEPATH = 1

.PHONY: help install install-dev run test lint bench soak bench-load bench-scale lock wheelhouse audit
help: ## この一覧を出す
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 16

install: $(VENV)/.installed ## 仮想環境を作り、固定した版の部品を入れる

run: $(VENV)/.installed ## データベースと知識を用意し、http://127.0.0.1:8000 で動かす
	@$(BIN)/madoguchi dev

# 一つはコアより多く: ブラウザーや LINE の代わりを待つ試験が多い
WORKERS ?= $(shell cores=$$(getconf _NPROCESSORS_ONLN); echo $$(( cores < 4 ? cores + 1 : 4 )))
test: $(VENV)/.installed-dev ## 試験をすべて走らせる（SQLite と PostgreSQL）
	@$(BIN)/python -m pytest --numprocesses=$(WORKERS) --dist=loadfile --no-loadscope-reorder $(PYTEST_ARGS)

lint: $(VENV)/.installed-dev ## 書式・型・輸入のきまり・知識ベースを調べる
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports --config pyproject.toml
	$(BIN)/madoguchi pack validate --quiet

bench: $(VENV)/.installed-dev ## 速さとメモリーを測り、表を出す（7 分ほど。BENCH_LARGEST=50000 なら 4 分）
	@report=$$(mktemp); trap 'rm -f "$$report"' EXIT; \
	$(BIN)/python -m pytest tests/bench --benchmark-only --benchmark-columns=min,median,ops --benchmark-json="$$report" -q -p no:cacheprovider; \
	$(BIN)/python tests/bench/table.py "$$report"

bench-load: $(VENV)/.installed-dev ## 負荷をかけて測り、表を出す（5 分ほど。LOAD_ARGS=--quick なら 2 分）
	@$(BIN)/python tests/bench/load/run.py $(LOAD_ARGS)

bench-scale: $(VENV)/.installed-dev ## 1,741 市区町村を一つのプロセスに入れて測り、表を出す（8 分ほど、メモリー 4 GB）
	@$(BIN)/python tests/bench/load/scale.py $(SCALE_ARGS)

SOAK ?= 10
soak: $(VENV)/.installed-dev ## 故障の試験を長く走らせ、数の表を出す（出来事と故障がふだんの 10 倍。SOAK=3 なら 3 倍）
	MADOGUCHI_SOAK=$(SOAK) $(BIN)/python -m pytest tests/faults -p no:cacheprovider

audit: $(VENV)/.installed-dev ## 部品の一覧（SBOM）を dist/ に作り、既知の弱点がないかを調べる
	$(BIN)/python .ci/audit dist

lock: $(VENV)/.installed-dev ## 部品の版を固定し直す（ハッシュつき、取得先の住所なし）
	@$(BIN)/python -m pip install --quiet uv
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --no-emit-index-url --no-annotate pyproject.toml --group build -o deploy/requirements.lock
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --no-emit-index-url --no-annotate pyproject.toml --group build --group dev -c deploy/requirements.lock -o deploy/requirements-dev.lock

WHEELHOUSE ?= dist/wheelhouse
wheelhouse: $(VENV)/.installed ## ネットワークのない機械に入れる一そろいを dist/wheelhouse に作る（同じ OS と Python で）
	@deploy/closed-network/gather.sh "$(BIN)/python" "$(WHEELHOUSE)"

install-dev: $(VENV)/.installed-dev ## 試験の部品も入れる

$(VENV)/bin/python:
	@if [ -z "$(PYTHON)" ]; then echo "Python 3.11 以上が見つかりません。Python を入れてから、もう一度 make run を実行してください。" >&2; exit 1; fi
	@echo "仮想環境を作ります（$(PYTHON)）"
	@$(PYTHON) -m venv $(VENV)

$(VENV)/.installed: $(VENV)/bin/python deploy/requirements.lock pyproject.toml
	@echo "部品を入れます（はじめての時は 1〜3 分かかります）"
	@$(BIN)/python -m pip install --disable-pip-version-check --require-hashes --progress-bar on -r deploy/requirements.lock | { grep -E --line-buffered '^(Collecting|Installing|Successfully)' || true; }
	@$(BIN)/python -m pip install --disable-pip-version-check --quiet --no-deps --no-build-isolation --editable .
	@$(BIN)/python -m compileall -q admin bot deploy knowledge # 動かす利用者がここに書けなくても、速く始まるように
	@touch $@

$(VENV)/.installed-dev: $(VENV)/.installed deploy/requirements-dev.lock
	@echo "試験の部品を入れます"
	@$(BIN)/python -m pip install --disable-pip-version-check --require-hashes --progress-bar on -r deploy/requirements-dev.lock | { grep -E --line-buffered '^(Collecting|Installing|Successfully)' || true; }
	@touch $@
