"""`chalkbox models`: the model files on the box, and those worth fetching."""

import asyncio
import json
import sys
from argparse import ArgumentParser, Namespace
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path

from appliance.errors import Conflict, StartRefused, Unavailable
from appliance.inference import models, processor, tuned
from appliance.inference.manifest import Recommended, named, recommended
from appliance.inference.model_list import ModelFile
from appliance.inference.probe import probe
from appliance.operations import measurement
from appliance.operations.commands import terminal
from appliance.operations.data_folder import is_running, prepare
from appliance.settings import Settings

HUB = "https://huggingface.co"
NONE = "none"
NONE_OF = {
    "chat": "No chat model is in use: the helper answers with passages of the lesson.",
    "reranking": "No reranking model is in use: passages stay in the order in which search finds them.",
}
DOES = {
    "chat": "answers",
    "embedding": "makes the vectors for search",
    "reranking": "brings the passages that search finds into order",
}
RUNNING = "The box runs, and its own work would spoil the measurement: stop it first, or measure on /operate/models."


def describe(parser: ArgumentParser) -> None:
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    actions.add_parser("list", help="the models on this box, and those that are recommended")
    pull = actions.add_parser("pull", help="download a recommended model, or owner/repository/file.gguf")
    pull.add_argument("name")
    pull.add_argument("--endpoint", default=HUB, metavar="URL", help=f"another hub than {HUB}")
    add = actions.add_parser("add", help="copy a GGUF file on to the box, from a USB stick for example")
    add.add_argument("file", type=Path)
    use = actions.add_parser("use", help=f"from now on this model answers; '{NONE}' for no chat model")
    use.add_argument("name")
    use.add_argument("--kind", choices=NONE_OF, default="chat", help=f"what '{NONE}' is said of: %(default)s")
    actions.add_parser("verify", help="read every file again and compare it with what came")
    actions.add_parser("bench", help="measure the model in use on this machine, in under two minutes")
    remove = actions.add_parser("remove", help="delete a model file that is not in use")
    remove.add_argument("name")


def run(arguments: Namespace, settings: Settings) -> int:
    folder = settings.appliance_data / "models"
    match arguments.action:
        case "list":
            return _list(arguments, settings, folder)
        case "pull":
            return _pull(arguments, settings, folder)
        case "add":
            return _add(arguments, settings, folder)
        case "use":
            return _use(arguments, settings, folder)
        case "verify":
            return _verify(arguments, settings, folder)
        case "bench":
            return _bench(arguments, settings)
        case _:
            models.remove(folder, arguments.name)
            terminal.report(arguments.json, {"removed": arguments.name}, [f"{arguments.name} is removed."])
            return 0


def _list(arguments: Namespace, settings: Settings, folder: Path) -> int:
    there, worth = models.installed(folder, settings.appliance_models), _recommended(settings)
    value = {"models": [_entry(model) for model in there], "recommended": [asdict(entry) for entry in worth]}
    here = [("On this box", "Kind", "Size", ""), *(_row(model) for model in there)]
    fetch = [("Recommended", "Size", "Memory", "Licence", "Good for"), *(_offer(entry) for entry in worth)]
    terminal.report(arguments.json, value, [*terminal.columns(here), "", *terminal.columns(fetch)])
    return 0


def _pull(arguments: Namespace, settings: Settings, folder: Path) -> int:
    wanted = named(_recommended(settings), arguments.name)
    prepare(settings.appliance_data)
    tell = terminal.progress(wanted.file)
    endpoint = arguments.endpoint.rstrip("/")
    model = asyncio.run(models.pull(folder, wanted, endpoint, probe, datetime.now(UTC), tell))
    return _arrived(arguments, settings, model)


def _add(arguments: Namespace, settings: Settings, folder: Path) -> int:
    prepare(settings.appliance_data)
    tell = terminal.progress(arguments.file.name)
    model = asyncio.run(models.add(folder, arguments.file, probe, datetime.now(UTC), tell))
    return _arrived(arguments, settings, model)


def _use(arguments: Namespace, settings: Settings, folder: Path) -> int:
    if arguments.name == NONE:
        models.use_none(folder, arguments.kind)
        terminal.report(arguments.json, {"chosen": None}, [NONE_OF[arguments.kind]])
        return 0
    model = models.use(folder, arguments.name)
    terminal.report(arguments.json, _entry(model), [_in_use(model, settings)])
    return 0


def _verify(arguments: Namespace, settings: Settings, folder: Path) -> int:
    checked = asyncio.run(models.verify(folder, settings.appliance_models))
    lines = [f"{entry.name}: {entry.message or 'as it came'}" for entry in checked] or ["No models are here."]
    terminal.report(arguments.json, {"models": [asdict(entry) for entry in checked]}, lines)
    return 0 if all(entry.ok for entry in checked) else 1


def _bench(arguments: Namespace, settings: Settings) -> int:
    if is_running(settings.appliance_data):
        raise Conflict(RUNNING, "box_runs")
    if refusal := processor.refusal():
        raise Unavailable(refusal)
    model = measurement.model_to_measure(settings)
    found = asyncio.run(measurement.measure(settings, _tell))
    value = {
        "model": model.name,
        "class_of_30_seconds": round(found.seconds(tuned.CLASS), 1),
        **asdict(found),
    }
    terminal.report(arguments.json, value, [f"{model.name}:", *found.sentences])
    return 0


def _tell(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


def _arrived(arguments: Namespace, settings: Settings, model: ModelFile) -> int:
    how_to_use = f"{model.name} is on the box. To use it: chalkbox models use {model.name}"
    terminal.report(arguments.json, _entry(model), [_in_use(model, settings) if model.chosen else how_to_use])
    return 0


def _in_use(model: ModelFile, settings: Settings) -> str:
    takes_up = (
        "the running box takes it up within seconds"
        if is_running(settings.appliance_data)
        else "at next start"
    )
    return f"{model.name} {DOES[model.kind]} from now on ({takes_up})."


def _recommended(settings: Settings) -> tuple[Recommended, ...]:
    path = settings.appliance_models / "manifest.toml"
    try:
        return recommended(path)
    except (OSError, KeyError, TypeError, ValueError) as error:
        raise StartRefused(f"The list of recommended models {path} can't be read ({error}).") from error


def _entry(model: ModelFile) -> dict[str, object]:
    return json.loads(json.dumps(asdict(model), default=str))  # type: ignore[no-any-return]


def _row(model: ModelFile) -> tuple[str, ...]:
    return (model.name, model.kind, terminal.megabytes(model.size), "in use" if model.chosen else model.note)


def _offer(entry: Recommended) -> tuple[str, ...]:
    size, memory = f"{entry.approximate_mb:,} MB", f"{entry.memory_mb:,} MB"
    return (entry.name, size, memory, entry.licence, entry.good_for)
