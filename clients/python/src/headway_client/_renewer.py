"""One thread that renews all slots of a client, so that a slot costs none of its own."""

from __future__ import annotations

import heapq
import itertools
import threading
import time
from typing import Protocol


class Renewable(Protocol):
    def renew(self) -> bool: ...


class Renewer:
    """Renews what was added at its interval, until it is removed or says that it cannot be renewed any more."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._due: list[tuple[float, int, float, Renewable]] = []
        self._held: set[Renewable] = set()
        self._counter = itertools.count()
        self._thread: threading.Thread | None = None
        self._is_closed = False

    def add(self, slot: Renewable, interval: float) -> None:
        with self._changed:
            self._held.add(slot)
            self._push(slot, interval)
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="headway-renewer", daemon=True)
                self._thread.start()
            elif self._due[0][3] is slot:
                self._changed.notify()

    def remove(self, slot: Renewable) -> None:
        with self._changed:
            self._held.discard(slot)
            # What is left in the heap goes when it is due, or when too much of it has gathered.
            if len(self._due) > 2 * len(self._held) + 64:
                self._due = [entry for entry in self._due if entry[3] in self._held]
                heapq.heapify(self._due)

    def close(self) -> None:
        with self._changed:
            self._is_closed = True
            self._changed.notify()

    def _push(self, slot: Renewable, interval: float) -> None:
        heapq.heappush(self._due, (time.monotonic() + interval, next(self._counter), interval, slot))

    def _run(self) -> None:
        while True:
            with self._changed:
                while not self._is_closed and (not self._due or self._due[0][0] > time.monotonic()):
                    self._changed.wait(self._due[0][0] - time.monotonic() if self._due else None)
                if self._is_closed:
                    return
                _, _, interval, slot = heapq.heappop(self._due)
                if slot not in self._held:
                    continue
            is_renewed = slot.renew()
            with self._changed:
                if is_renewed and slot in self._held:
                    self._push(slot, interval)
                else:
                    self._held.discard(slot)
