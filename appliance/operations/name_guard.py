"""Holds a name that was won: tells whoever asks for it that it is taken, and hears who claims it all the same.

zeroconf answers who asks for an address, but not the questions for "any" record with which a name is probed: without
the answers given here, the next machine that wants the name would find it free.
"""

import asyncio
import time

from zeroconf import DNSIncoming, DNSOutgoing, DNSRecord

from appliance.operations.name_claim import ANY, GROUP, PORT, Claim, OwnNumbers, line

RESPONSE = 0x8400
# Section 6: the same record goes out again after a quarter of a second at the soonest, however many ask.
BETWEEN_ANSWERS = 0.2


class Guard(asyncio.DatagramProtocol):
    """Of one claim, from `open` to `close`."""

    def __init__(self, claim: Claim, own: OwnNumbers) -> None:
        self._claim, self._own = claim, own
        self._rivals: asyncio.Queue[DNSRecord] = asyncio.Queue(maxsize=1)
        self._answered = 0.0
        self._label = claim.label.encode()

    async def open(self) -> None:
        """Raises OSError when the network can't be heard. What was opened is closed with `close`."""
        loop = asyncio.get_running_loop()
        # Bound to the group: what is sent to the box alone goes on to zeroconf, with which the port is shared.
        heard = line(self._claim.address, GROUP, PORT)
        self._door, _ = await loop.create_datagram_endpoint(lambda: self, sock=heard)

    def close(self) -> None:
        self._door.close()

    def datagram_received(self, data: bytes, address: tuple[str, int]) -> None:
        # Most of what is said on a network is not about this name, and need not be taken apart.
        if self._label not in data.lower():
            return
        message = DNSIncoming(data, address)
        if not message.valid:
            return
        if message.is_response():
            self._hear(message)
        elif any(asked.type == ANY and asked.name.lower() == self._claim.host for asked in message.questions):
            self._answer()

    async def rival(self, patience: float) -> DNSRecord | None:
        """Somebody else's record for the name, or None after `patience` seconds."""
        try:
            async with asyncio.timeout(patience):
                return await self._rivals.get()
        except TimeoutError:
            return None

    def forget(self) -> None:
        while not self._rivals.empty():
            self._rivals.get_nowait()

    def _hear(self, message: DNSIncoming) -> None:
        own = self._own()
        for record in message.answers():
            if self._claim.contradicted_by(record, own) and self._rivals.empty():
                self._rivals.put_nowait(record)

    def _answer(self) -> None:
        now = time.monotonic()
        if now - self._answered < BETWEEN_ANSWERS:
            return
        self._answered = now
        out = DNSOutgoing(RESPONSE)
        for record in self._claim.service().dns_addresses():
            out.add_answer_at_time(record, 0)
        self._door.sendto(out.packets()[0], (GROUP, PORT))
