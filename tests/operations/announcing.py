"""A name on the network and nothing else of a box; prints a JSON line at every change. For the tests in namespaces."""

import argparse
import asyncio
import json
import logging
import signal

from appliance.operations import interfaces
from appliance.operations.interfaces import Network
from appliance.operations.mdns import Announced, Announcer, Pace


def look() -> Network | None:
    return interfaces.choose(interfaces.networks(), "eth0", "0.0.0.0", "")


def show(held: Announced | None) -> None:
    print(json.dumps({"name": held.name if held else "", "number": held.number if held else ""}), flush=True)


async def main() -> None:
    words = argparse.ArgumentParser()
    words.add_argument("--ask-again", type=float, default=3600.0)
    given = words.parse_args()
    logging.basicConfig(level=logging.INFO)
    pace = Pace(jitter=0.0, look=0.3, ask_again=given.ask_again, after_failure=0.5, no_name=2.0)
    announcer = Announcer("classroom", 80, look, pace)
    announcer.tell(show)
    task = asyncio.create_task(announcer.run())
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, task.cancel)
    await asyncio.gather(task, return_exceptions=True)


if __name__ == "__main__":
    asyncio.run(main())
