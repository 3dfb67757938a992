"""Reading levels: how the helper writes for a class of which age, in the words of its instructions."""

import re
from typing import Literal

Level = Literal["young", "middle", "older"]

# Years; a course may say "10+" or "ages 9 to 11", so its middle decides.
YOUNG_UP_TO = 10.5
MIDDLE_UP_TO = 14.5
NUMBER = re.compile(r"\d{1,2}")
# Without a model the passages are quoted as they stand: fewer of them is all that makes them easier.
MOST_QUOTED: dict[Level, int] = {"young": 1, "middle": 3, "older": 3}


def level_of(ages: str) -> Level:
    """`ages` like `11-14`; whoever doesn't say is in the middle."""
    years = [int(number) for number in NUMBER.findall(ages)]
    middle = sum(years) / len(years) if years else MIDDLE_UP_TO
    if middle <= YOUNG_UP_TO:
        return "young"
    return "middle" if middle <= MIDDLE_UP_TO else "older"
