"""Certificates as PDF pages: a few are drawn at a time, however many are asked for."""

import asyncio
import os
from pathlib import Path

from appliance.work.certificate_pages import CertificatePages

TEXTS = dict.fromkeys(("title", "name", "said", "counts", "school", "code", "address"), "Ben")


def drawing() -> int:
    """Children of this process that draw a certificate just now."""
    found = 0
    for process in Path("/proc").glob("[0-9]*"):
        try:
            is_ours = f"\nPPid:\t{os.getpid()}\n" in (process / "status").read_text()
            found += is_ours and b"certificate_drawing" in (process / "cmdline").read_bytes()
        except OSError:
            continue
    return found


async def test_a_whole_class_that_prints_at_once_draws_two_at_a_time() -> None:
    pages, most = CertificatePages(), 0
    asked = [asyncio.create_task(pages.page(TEXTS)) for _ in range(5)]
    while not all(task.done() for task in asked):
        most = max(most, await asyncio.to_thread(drawing))
        await asyncio.sleep(0.01)
    assert 1 <= most <= 2
    assert all(task.result().startswith(b"%PDF") for task in asked)
