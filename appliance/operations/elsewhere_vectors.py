"""`python -m appliance.operations.elsewhere_vectors MODEL` makes the helper's elsewhere.npz, a vector for each line."""

import asyncio
import sys
from pathlib import Path

import numpy as np

from appliance.helper.elsewhere import ANYWHERE, ELSEWHERE, NAME, Matrix, lines, packed, unit
from appliance.inference.local import LocalEngine, ModelFiles


async def vectors_of_lines(model: Path) -> bytes:
    """384 whole numbers and a step a line."""
    engine = LocalEngine(ModelFiles(embedder=model, embedder_name=model.stem))
    await engine.start()
    try:
        while not engine.can_embed:  # noqa: ASYNC110 - the engine tells nobody when it is ready
            await asyncio.sleep(0.1)
        return packed(await _rows(engine, ELSEWHERE), await _rows(engine, ANYWHERE))
    finally:
        await engine.stop()


async def _rows(engine: LocalEngine, name: str) -> Matrix:
    return np.stack([unit((await engine.embed([line]))[0]) for line in lines(name)])


if __name__ == "__main__":
    Path(__file__).parents[1].joinpath("helper", NAME).write_bytes(
        asyncio.run(vectors_of_lines(Path(sys.argv[1])))
    )
