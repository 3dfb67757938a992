"""Ada at the modules of her class."""

import pytest

from tests.conftest import Cast
from tests.teacher.road import Road


@pytest.fixture
async def road(cast: Cast) -> Road:
    ada = await cast.ada()
    await ada.get("/teach")
    return Road(cast, ada)
