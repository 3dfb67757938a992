"""What is there when the box is ready is set aside, and what comes later is still cleared away."""

import gc
import weakref

from appliance.operations.garbage import set_aside


class Ring:
    """Something that holds itself."""

    def __init__(self) -> None:
        self.me = self


def test_what_is_there_is_set_aside_and_later_garbage_still_goes() -> None:
    try:
        set_aside()
        assert gc.get_freeze_count() > 10_000
        later = weakref.ref(Ring())
        gc.collect()
        assert later() is None
    finally:
        gc.unfreeze()
