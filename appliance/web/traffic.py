"""How many requests came and how long they took: numbers alone, no addresses and no names of pages."""

from collections import Counter

from appliance.storage.histograms import QUICK, Histogram


class Traffic:
    """`statuses` by class, such as 2xx; `seconds` are those until an answer began to go out."""

    def __init__(self) -> None:
        self.statuses: Counter[str] = Counter()
        self.seconds = Histogram(QUICK)

    def note(self, status: int, seconds: float) -> None:
        self.statuses[f"{status // 100}xx"] += 1
        self.seconds.note(seconds)
