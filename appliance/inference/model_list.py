"""The list of the model files on the box, kept beside them in one small JSON file."""

import fcntl
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, fields, replace
from pathlib import Path
from typing import Literal

from appliance.errors import NotFound, Sentence
from appliance.storage.files import sync_folder

INDEX = "models.json"

Kind = Literal["chat", "embedding", "reranking", "unusable"]


@dataclass(frozen=True)
class ModelFile:
    """`title` is what the file calls itself, `note` why it is unusable, `path` where it lies now.

    `choices` is how often somebody chose it: one more, where it was chosen already, is the wish to try it again.
    """

    name: str
    file: str
    sha256: str
    size: int
    kind: Kind
    title: str = ""
    parameters: int = 0
    context: int = 0
    source: str = ""
    added_at: str = ""
    chosen: bool = False
    note: str = ""
    choices: int = 0
    path: Path = Path()


def read(folder: Path) -> list[ModelFile]:
    """A list that can't be read is an empty one: the files are what counts, and adopt() finds them again."""
    known = {field.name for field in fields(ModelFile)} - {"path"}
    try:
        rows = json.loads((folder / INDEX).read_text(encoding="utf-8"))["models"]
        kept = [{key: value for key, value in row.items() if key in known} for row in rows]
        return [ModelFile(**row, path=folder / Path(row["file"]).name) for row in kept]
    except (FileNotFoundError, ValueError, KeyError, TypeError, AttributeError):
        return []


@contextmanager
def changing(folder: Path) -> Iterator[list[ModelFile]]:
    """The list for changing in place; the command line and the server may both be at it."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        models = read(folder)
        yield models
        rows = [{key: value for key, value in asdict(model).items() if key != "path"} for model in models]
        write_whole(folder / INDEX, json.dumps({"models": rows}, indent=2) + "\n")


def write_whole(path: Path, text: str) -> None:
    """The old text or the new one, also after a power cut."""
    half = path.with_suffix(".half")
    with half.open("w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    half.replace(path)
    sync_folder(path.parent)


def named(models: list[ModelFile], name: str) -> ModelFile:
    for model in models:
        if model.name == name:
            return model
    if not models:
        raise NotFound(
            Sentence("There is no model called %(name)s on this box, and no other.", name=name),
            "no_such_model",
        )
    there = ", ".join(model.name for model in models)
    sentence = Sentence(
        "There is no model called %(name)s on this box. The models are: %(there)s.", name=name, there=there
    )
    raise NotFound(sentence, "no_such_model")


def choose(models: list[ModelFile], wanted: ModelFile) -> None:
    for place, model in enumerate(models):
        if model.name == wanted.name:
            models[place] = replace(model, chosen=True, choices=model.choices + 1)
        elif model.kind == wanted.kind:
            models[place] = replace(model, chosen=False)
