"""The box's name on the network: `classroom.local`, held as long as nobody else has it, and then another."""

import asyncio
import logging
import random
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass

from zeroconf import DNSOutgoing, DNSQuestion, Error, IPVersion
from zeroconf.asyncio import AsyncZeroconf

from appliance.operations import interfaces
from appliance.operations.interfaces import Network
from appliance.operations.name_claim import IN, QUERY, A, Claim, OwnNumbers, is_free
from appliance.operations.name_guard import Guard
from appliance.settings import Settings

MOST_BOXES = 9
# Conflicts that count against a name, and for how long.
PATIENCE = 2
REMEMBERED_SECONDS = 600.0
LONGEST_PAUSE = 30.0

log = logging.getLogger("chalkbox.mdns")


@dataclass(frozen=True)
class Pace:
    """In seconds. The jitter keeps apart boxes that start together after a power cut."""

    jitter: float = 3.0
    look: float = 2.0
    ask_again: float = 30.0
    after_failure: float = 5.0
    no_name: float = 60.0


@dataclass(frozen=True)
class Announced:
    """The name that leads to the box, and its number."""

    name: str
    number: str


Told = Callable[[Announced | None], None]
Look = Callable[[], Network | None]


class Announcer:
    """Holds one name on one network. `held` is None before, between and without names: then the number is all."""

    def __init__(
        self,
        label: str,
        port: int,
        look: Look,
        pace: Pace | None = None,
        own: OwnNumbers = interfaces.own_numbers,
    ) -> None:
        self.held: Announced | None = None
        # Somebody may still have a page open under a name that was lost since.
        self.names = frozenset({f"{label}.local"})
        self._label, self._port, self._look, self._own = label, port, look, own
        self._pace = pace or Pace()
        self._current = ""
        self._lost: list[tuple[float, str]] = []
        self._told: list[Told] = []
        self._last_failure = ""

    def tell(self, told: Told) -> None:
        """`told` is called at once when there is a name, with every new one, and with None when none can be had."""
        self._told.append(told)
        if self.held:
            told(self.held)

    async def run(self) -> None:
        """Until cancelled, and then with a goodbye. What fails is one line in the log and another try."""
        await asyncio.sleep(random.uniform(0, self._pace.jitter))  # noqa: S311 - keeps boxes apart, guards nothing
        while True:
            try:
                pause = await self._hold_a_name()
            except (OSError, Error) as error:
                self._note(f"{type(error).__name__}: {error}")
                pause = self._pace.after_failure
            except Exception:
                # Our own mistake; the box serves its class by its number all the same.
                log.exception("mdns_broken")
                return
            await asyncio.sleep(pause)

    async def _hold_a_name(self) -> float:
        """Returns how long to wait before the next try."""
        network = self._look()
        if network is None:
            self._note("no network to announce the box on")
            return self._pace.look
        claim = await self._free_claim(network)
        if claim is None:
            self._note(f"{self._label}.local and every name after it is taken")
            return self._pace.no_name
        guard = Guard(claim, self._own)
        # Before it is announced: the first phone may follow within the same second.
        self.names |= {claim.name}
        async with _announced(claim, guard) as responder:
            self._current, self._last_failure = claim.label, ""
            self.held = Announced(claim.name, claim.address)
            log.info(
                "mdns_announced name=%s number=%s interface=%s",
                claim.name, claim.address, network.interface,
            )  # fmt: skip
            self._tell_all()
            try:
                is_lost = await self._keep(claim, network, guard, responder)
            finally:
                self.held = None
        return self._after_a_loss(claim) if is_lost else 0.0

    async def _free_claim(self, network: Network) -> Claim | None:
        numbered = [self._label, *(f"{self._label}-{number}" for number in range(2, MOST_BOXES + 1))]
        # The name it had comes first: what is printed on cards stays true on a new address.
        for label in dict.fromkeys([self._current or self._label, *numbered]):
            claim = Claim(label, network.address, self._port)
            if self._losses_of(label) >= PATIENCE:
                continue
            if await is_free(claim, self._own):
                return claim
            log.warning("mdns_name_taken name=%s.local", label)
        return None

    async def _keep(self, claim: Claim, network: Network, guard: Guard, responder: AsyncZeroconf) -> bool:
        """Returns True when the name is lost, False when the network is another one."""
        asked, defended = time.monotonic(), 0.0
        while self._look() == network:
            rival = await guard.rival(self._pace.look)
            now = time.monotonic()
            if rival is None:
                if now - asked > self._pace.ask_again:
                    # Two networks may have been joined: whoever else has the name answers this.
                    responder.zeroconf.async_send(_question(claim))
                    asked = now
                continue
            log.warning("mdns_name_contested name=%s.local by=%s", claim.label, rival)
            if not claim.outranks([rival]) or (defended and now - defended < REMEMBERED_SECONDS):
                return True
            defended = now
            await (await responder.async_update_service(claim.service()))
            guard.forget()
        return False

    def _after_a_loss(self, claim: Claim) -> float:
        """Longer and longer: one who claims every name would otherwise keep the box renaming itself for ever."""
        self._lost = [(when, label) for when, label in self._lost if _is_recent(when)]
        self._lost.append((time.monotonic(), claim.label))
        return float(min((len(self._lost) - 1) ** 2, LONGEST_PAUSE))

    def _losses_of(self, label: str) -> int:
        return sum(_is_recent(when) for when, lost in self._lost if lost == label)

    def _tell_all(self) -> None:
        for told in self._told:
            told(self.held)

    def _note(self, failure: str) -> None:
        """One line for one trouble, however long it lasts."""
        if failure != self._last_failure:
            self._last_failure = failure
            log.warning("mdns_failed reason=%s", failure)
            self._tell_all()


@asynccontextmanager
async def _announced(claim: Claim, guard: Guard) -> AsyncIterator[AsyncZeroconf]:
    """The records on the network, and at the end the goodbye."""
    await guard.open()
    try:
        async with _responder(claim) as responder:
            yield responder
    finally:
        guard.close()


@asynccontextmanager
async def _responder(claim: Claim) -> AsyncIterator[AsyncZeroconf]:
    responder = AsyncZeroconf(interfaces=[claim.address], ip_version=IPVersion.V4Only)
    try:
        # The name was probed for: without zeroconf's own probing there is no second in which nobody defends it.
        await (await responder.async_register_service(claim.service(), cooperating_responders=True))
        yield responder
    finally:
        await responder.async_unregister_all_services()
        await responder.async_close()


def announcer(settings: Settings) -> Announcer:
    """The one that the settings ask for; whether it runs is `is_wanted`."""

    def look() -> Network | None:
        return interfaces.choose(
            interfaces.networks(),
            settings.appliance_mdns_interface,
            settings.appliance_host,
            interfaces.default_interface(),
        )

    return Announcer(settings.appliance_mdns_name, settings.appliance_port, look)


def is_wanted(settings: Settings) -> bool:
    chosen = settings.appliance_mdns
    return chosen == "on" or (chosen == "auto" and interfaces.serves_network(settings.appliance_host))


def _question(claim: Claim) -> DNSOutgoing:
    question = DNSOutgoing(QUERY)
    question.add_question(DNSQuestion(claim.host, A, IN))
    return question


def _is_recent(when: float) -> bool:
    return time.monotonic() - when < REMEMBERED_SECONDS
