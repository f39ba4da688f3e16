"""`eval`: measuring answers on questions, and retrieval on a judged collection."""

from __future__ import annotations

import json
import sys
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import typer

from bot.evaluation import fitting, questions, retrieval
from bot.intents import calibration
from deploy.cli.sources import Live, city_finder, published
from deploy.words import lexicon

TRAINING = ("training.tsv", "training-none.tsv")
FOLDER = Path(fitting.__file__).parent
Semantic = Annotated[bool, typer.Option("--semantic", help="意味でも探す（pip install '.[semantic]' が要ります）")]
AsJson = Annotated[bool, typer.Option("--json", help="JSON で出す")]

app = typer.Typer(help="正しさと速さを測る（madoguchi eval FILE）", no_args_is_help=True)


@app.command("questions")
def run_questions(
    file: Annotated[Path, typer.Argument(help="city, utterance, expected, style の TSV")],
    as_json: AsJson = False,
    live: Live = False,
    semantic: Semantic = False,
    details: Annotated[bool, typer.Option("--details", help="合わなかった質問を出す")] = False,
) -> None:
    """質問の表を、実際の道すじで答えさせて数える。"""
    try:
        rows = questions.read_questions(_read(file))
    except questions.BadQuestions as error:
        sys.exit(f"{file}: {error}")
    outcomes = questions.run(rows, city_finder(published(live), lexicon(semantic)))
    figures = questions.report(outcomes)
    print(json.dumps(figures, ensure_ascii=False) if as_json else questions.table(figures))
    if details:
        for outcome in outcomes:
            if outcome.result not in ("right", "refused"):
                _print_detail(outcome)


def _print_detail(outcome: questions.Outcome) -> None:
    shown = " ".join(f"{c.topic}:{c.confidence:.2f}" for c in outcome.recognition.candidates[:3])
    expected = "|".join(sorted(outcome.question.expected)) or questions.NONE
    print(f"{outcome.result}\t{outcome.question.utterance}\t{expected}\t{shown}", file=sys.stderr)


@app.command("retrieval")
def run_retrieval(
    corpus: Annotated[Path, typer.Option(help="id → 「Question: …\\nAnswer: …」の JSON")],
    queries: Annotated[Path, typer.Option(help="id → 質問の JSON")],
    qrels: Annotated[Path, typer.Option(help="id → {文書: 等級} の JSON")],
    as_json: AsJson = False,
    semantic: Semantic = False,
) -> None:
    """判定ずみの集まりで、探す力を測る。"""
    index = retrieval.build_collection(_load(corpus), lexicon(semantic))
    figures = retrieval.measure(index, _load(queries), _load(qrels))
    print(json.dumps(figures) if as_json else "\n".join(f"{name:<11}{row}" for name, row in figures.items()))


@app.command("fit")
def run_fit(
    weight: Annotated[float, typer.Option(help="答えのない例の重み")] = 1.0,
    check: Annotated[Path | None, typer.Option(help="合わせるのに使わない質問の TSV で、確かさのずれも測る")] = None,
    save: Annotated[bool, typer.Option("--save", help="プログラムの係数を置きかえる")] = False,
    semantic: Semantic = False,
) -> None:
    """重みと確かさの係数を、パックの聞き方と、そのために書いた質問から作る。"""
    source, words = published(live=False), fitting.kept(lexicon(semantic))
    find = city_finder(source, words)
    asked = [choice for city in source.municipalities for choice in fitting.choices(find(city), words)]
    bare = [choice for city in source.municipalities for choice in fitting.untaught_choices(find(city), words)]
    ranker = calibration.Ranker(fitting.fit_ranker(asked, fitting.UNTAUGHT_ONLY), fitting.fit_ranker(bare))
    rows = [row for name in TRAINING for row in questions.read_questions(_read(FOLDER / name))]
    found = fitting.examples(rows, find, words, ranker)
    command = f"madoguchi eval fit{' --semantic' * semantic} --weight {weight} --save"
    recipe = f"{command} ({len(asked)} phrasings, {len(found)} questions)"
    models = fitting.fit_calibration(found, weight)
    content = json.dumps(
        {"recipe": recipe, "ranker": asdict(ranker), **{name: asdict(model) for name, model in models.items()}},
        indent=2,
    )
    if save:
        (calibration.SEMANTIC_FILE if semantic else calibration.FILE).write_text(f"{content}\n", encoding="utf-8")
    print(content)
    for name, held in (("training", rows), *([(str(check), questions.read_questions(_read(check)))] if check else [])):
        given = fitting.examples(held, find, words, ranker)
        print(f"ECE {name}: {fitting.calibration_error(models['first'], given):.3f} (n {len(given)})")


def _read(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        sys.exit(f"{file} を読めません（{error}）")


def _load(file: Path) -> dict[str, Any]:
    try:
        content = json.loads(_read(file))
    except ValueError as error:
        sys.exit(f"{file} は JSON ではありません（{error}）")
    return dict(content)
