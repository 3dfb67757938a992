"""What happened, in ids and counts: one list for staff, one for students. Never a name, never a text."""

import json
from collections.abc import Mapping

from appliance.storage.addresses import network_of
from appliance.storage.database import Transaction


async def record_staff(
    tx: Transaction, action: str, staff_id: int | None, class_id: int | None, target: str, address: str
) -> None:
    await tx.execute(
        """
        INSERT INTO audit_events (staff_id, class_id, action, target, network, happened_at)
        VALUES (:staff_id, :class_id, :action, :target, :network, :now)
        """,
        staff_id=staff_id,
        class_id=class_id,
        action=action,
        target=target,
        network=network_of(address),
        now=tx.now,
    )


async def record_student(
    tx: Transaction, kind: str, class_id: int, student_id: int, details: Mapping[str, int | str], address: str
) -> None:
    """`details` holds ids and counts alone: whoever calls has nothing else to put there."""
    await tx.execute(
        """
        INSERT INTO student_events (class_id, student_id, kind, details, network, happened_at)
        VALUES (:class_id, :student_id, :kind, :details, :network, :now)
        """,
        class_id=class_id,
        student_id=student_id,
        kind=kind,
        details=json.dumps(details, sort_keys=True),
        network=network_of(address),
        now=tx.now,
    )
