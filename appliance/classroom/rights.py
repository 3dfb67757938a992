"""Who may what in a class: three roles, and the kinds of doing that each of them has."""

from typing import Literal

Role = Literal["teacher", "assistant", "viewer"]
ROLES: tuple[Role, ...] = ("teacher", "assistant", "viewer")
# look: read everything. review: say something about work, keep a picture out of a gallery, lower a hand.
# change: all the rest.
Kind = Literal["look", "review", "change"]
MAY: dict[Role, frozenset[Kind]] = {
    "teacher": frozenset({"look", "review", "change"}),
    "assistant": frozenset({"look", "review"}),
    "viewer": frozenset({"look"}),
}
