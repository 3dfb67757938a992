"""`chalkbox evals`: the labelled sets against the helper's own modules, as a table and as JSON."""

import asyncio
import json
import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from appliance.errors import Invalid, Sentence
from appliance.helper.evals.care import care_figures
from appliance.helper.evals.figures import Baseline, Figure, baselines, fallen
from appliance.helper.evals.redaction import redaction_figures
from appliance.helper.evals.strangers import figures_of_words
from appliance.helper.evals.words import intent_figures
from appliance.inference import models
from appliance.operations import helper_evals, model_evals, strict_evals
from appliance.operations.commands import terminal
from appliance.operations.model_evals import Heard, Measure
from appliance.settings import Settings

WITHOUT_ATTEMPTS = "The attempts on a strict helper lie with the source of the box: here they are left out."
STANDARD_OUTPUT = Path("-")
# Cries for help lie with the tests in a checkout: no box in a classroom carries them.
CARE_SET = Path(__file__).parents[3] / "tests" / "evals" / "care.txt"
WITHOUT_CARE = "The labelled set of care isn't on this box: --care FILE names one."
SAMPLE = 40
MOST = 500
WITHOUT_MEANING = "There is no search model on this box: what needs one is left out."


def describe(parser: ArgumentParser) -> None:
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    helper = actions.add_parser("helper", help="intents, redirects, topics, retrieval, redaction and care")
    helper.add_argument(
        "--json",
        type=Path,
        nargs="?",
        const=STANDARD_OUTPUT,
        metavar="FILE",
        help="write the figures, and every text that was judged wrongly, for programs; without FILE print them",
    )
    helper.add_argument(
        "--care",
        type=Path,
        default=CARE_SET,
        metavar="FILE",
        help="the labelled set of care, from a checkout",
    )
    helper.add_argument(
        "--model", metavar="NAME", help="how well this chat model answers instead, which takes a while"
    )
    helper.add_argument(
        "--sample", type=int, default=SAMPLE, metavar="N", help=f"so many questions with --model ({SAMPLE})"
    )
    helper.add_argument(
        "--missed", action="store_true", help="list what was judged wrongly under each figure"
    )


def run(arguments: Namespace, settings: Settings) -> int:
    """1 when a figure fell below its baseline; with a model there is none to fall below."""
    if arguments.model:
        return _with_model(arguments, settings)
    embedder = models.chosen(settings.appliance_data / "models", "embedding", settings.appliance_models)
    if embedder is None:
        print(WITHOUT_MEANING, file=sys.stderr)
    if not arguments.care.is_file():
        print(WITHOUT_CARE, file=sys.stderr)
    of_lessons = helper_evals.figures(settings.appliance_content, embedder.path if embedder else None)
    of_words = [*intent_figures(), *redaction_figures(), *figures_of_words(), *_care(arguments.care)]
    figures = [*of_words, *asyncio.run(of_lessons), *_strict()]
    known = baselines()
    _report(arguments.json, _value(figures, known), _lines(figures, known, arguments.missed))
    return 1 if fallen(figures) else 0


def _care(labelled: Path) -> list[Figure]:
    return care_figures(labelled.read_text(encoding="utf-8")) if labelled.is_file() else []


def _strict() -> list[Figure]:
    if strict_evals.are_here():
        return asyncio.run(strict_evals.strict_figures())
    print(WITHOUT_ATTEMPTS, file=sys.stderr)
    return []


def _with_model(arguments: Namespace, settings: Settings) -> int:
    model = model_evals.model_named(settings, arguments.model)
    if not 1 <= arguments.sample <= MOST:
        raise Invalid(Sentence("--sample takes a number from 1 to %(most)s.", most=MOST), "bad_sample")
    found = asyncio.run(model_evals.heard_from(settings, model, arguments.sample, _progress))
    measured = model_evals.measures(found)
    value = {
        "model": model.name,
        "questions": len(found),
        "measures": [asdict(measure) for measure in measured],
        "answers": [_answer(heard) for heard in found],
    }
    _report(arguments.json, value, _model_lines(model.name, measured))
    return 0


def _progress(done: int, total: int) -> None:
    end = "\n" if done == total or not sys.stderr.isatty() else "\r"
    if done == total or sys.stderr.isatty() or not done % 10:
        print(f"{done} of {total} questions asked", end=end, file=sys.stderr, flush=True)


def _model_lines(name: str, measured: Sequence[Measure]) -> list[str]:
    rows = [(name, "Measured", "Of")]
    for measure in measured:
        shown = "-" if measure.value is None else f"{measure.value:.1f} {measure.unit}"
        if measure.value is not None and measure.unit == "share":
            shown = f"{measure.value:.1%}"
        rows.append((measure.name, shown, str(measure.of)))
    return terminal.columns(rows)


def _answer(heard: Heard) -> dict[str, object]:
    return {
        "lesson": heard.asked.lesson.slug,
        "question": heard.asked.question,
        "strict": heard.asked.exercise is not None,
        "written": heard.raw,
        "shown": heard.answer.text,
        "backend": heard.answer.backend,
        "grounded": heard.answer.grounded,
        "first_sentence_seconds": round(heard.first_word, 2),
        "seconds": round(heard.total, 2),
        "tokens": heard.tokens,
    }


def _report(to: Path | None, value: object, lines: Sequence[str]) -> None:
    """For people, and for programs in a file beside it or alone."""
    written = json.dumps(value, indent=2, ensure_ascii=False)
    if to == STANDARD_OUTPUT:
        print(written)
        return
    print("\n".join(lines))
    if to:
        to.write_text(f"{written}\n", encoding="utf-8")


def _lines(figures: Sequence[Figure], known: dict[str, Baseline], with_missed: bool) -> list[str]:
    rows: list[tuple[str, ...]] = [("Figure", "Found", "Of", "Baseline", "Target", "")]
    rows += [_row(figure, known.get(figure.name)) for figure in figures]
    table = terminal.columns(rows)
    if with_missed:
        table += [f"{figure.name}: {text}" for figure in figures for text in figure.missed]
    return table


def _row(figure: Figure, baseline: Baseline | None) -> tuple[str, ...]:
    found = (figure.name, f"{figure.share:.1%}", f"{figure.count}/{figure.of}")
    if baseline is None:
        return (*found, "", "", "")
    sign = "≥" if baseline.bound == "at_least" else "≤"
    verdict = "reached" if baseline.reaches(figure.share) else "not reached"
    if not baseline.holds(figure.share):
        verdict = "FELL"
    return (*found, f"{sign} {baseline.value:.1%}", f"{sign} {baseline.target:.1%}", verdict)


def _value(figures: Sequence[Figure], known: dict[str, Baseline]) -> dict[str, object]:
    return {
        "ok": not fallen(figures),
        "figures": [
            {
                "name": figure.name,
                "share": round(figure.share, 4),
                "count": figure.count,
                "of": figure.of,
                "baseline": known[figure.name].value if figure.name in known else None,
                "target": known[figure.name].target if figure.name in known else None,
                "missed": list(figure.missed),
            }
            for figure in figures
        ],
    }
