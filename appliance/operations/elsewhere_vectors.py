"""`python -m appliance.operations.elsewhere_vectors MODEL` makes the helper's elsewhere.npz, a vector for each line."""

import asyncio
import sys
from io import BytesIO
from pathlib import Path

import numpy as np

from appliance.helper.elsewhere import NAME, lines, unit
from appliance.inference.local import LocalEngine, ModelFiles


async def vectors_of_lines(model: Path) -> bytes:
    """384 float16 of length one a line."""
    engine = LocalEngine(ModelFiles(embedder=model, embedder_name=model.stem))
    await engine.start()
    try:
        while not engine.can_embed:  # noqa: ASYNC110 - the engine tells nobody when it is ready
            await asyncio.sleep(0.1)
        made = [(await engine.embed([line]))[0] for line in lines()]
    finally:
        await engine.stop()
    kept = BytesIO()
    np.savez_compressed(kept, rows=np.stack([unit(vector) for vector in made]).astype(np.float16))
    return kept.getvalue()


if __name__ == "__main__":
    Path(__file__).parents[1].joinpath("helper", NAME).write_bytes(
        asyncio.run(vectors_of_lines(Path(sys.argv[1])))
    )
