"""The public accuracy of the waits that callers are told: how many were answered within theirs.

From events alone. Each caller counts once, when a person answers him, for the queue that told him
the least: he was told the truth if no wait that he was ever told had run out by then. Left out are
those who were told no wait with an upper end, and those who gave up or chose something else: nobody
knows how long they would have waited.
"""

from collections import Counter

from firmware.base.clock import SECOND
from firmware.base.events import CallAnswered, CallEnded, Event, QueueLeft, WaitTold


class Promises:
    """Give `see` the events of a period, oldest first."""

    def __init__(self) -> None:
        self.judged: Counter[str] = Counter()  # callers by queue: told a wait, and answered
        self.kept: Counter[str] = Counter()  # of those, answered within what they were told
        self._ends: dict[
            str, tuple[int, str]
        ] = {}  # call -> when its shortest wait runs out, µs; who told it

    def see(self, event: Event) -> bool | None:
        """Was this caller told the truth? None: it is not that which the event decides."""
        match event:
            case WaitTold(call=call, queue=queue, seconds=float() | int() as seconds):
                end = event.at + round(seconds * SECOND), queue
                self._ends[call] = min(end, self._ends.get(call, end))
            case CallAnswered(call=call):
                return self._judge(call, event.at)
            case CallEnded(call=call) | QueueLeft(call=call, outcome="callback" | "exit_key"):
                self._ends.pop(call, None)
        return None

    def _judge(self, call: str, at: int) -> bool | None:
        if call not in self._ends:
            return None
        end, queue = self._ends.pop(call)
        self.judged[queue] += 1
        self.kept[queue] += at <= end
        return at <= end

    def share(self, queue: str | None = None) -> float | None:
        """Per cent of callers (of one queue, or of all) told the truth; None: nobody was told a wait."""
        judged = self.judged.total() if queue is None else self.judged[queue]
        kept = self.kept.total() if queue is None else self.kept[queue]
        return 100 * kept / judged if judged else None
