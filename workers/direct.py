"""Notices of faults, sent at once and without the store: a thread a receiver, so that a stalled one holds up nobody."""

from __future__ import annotations

import logging
import queue
import threading
from typing import TYPE_CHECKING

from monitor.clock import Clock
from monitor.config import Config
from monitor.errors import DeliveryError
from monitor.notices import Notice
from monitor.text import one_line
from workers import deliver, messages

if TYPE_CHECKING:
    from monitor.receivers import Receiver

log = logging.getLogger("rasid.direct")

PAUSES = (5.0, 30.0, 120.0, 300.0, 600.0)  # seconds between tries of one notice
MOST_WAITING = 100  # notices a receiver; the oldest give way


class Direct:
    """Lanes of this process. They end with it; what they could not send stands in the log."""

    def __init__(self, config: Config, clock: Clock, *, json_console: bool = False) -> None:
        self._config, self._clock, self._json_console = config, clock, json_console
        self._lanes: dict[str, queue.Queue[Notice]] = {}
        self._ended = threading.Event()

    def tell(self, notice: Notice, receivers: tuple[str, ...]) -> None:
        """Send to each of them as soon as it takes it; returns at once."""
        for name in receivers:
            lane = self._lanes.get(name)
            if lane is None:
                lane = self._lanes[name] = queue.Queue(MOST_WAITING)
                receiver = self._config.receivers[name]
                threading.Thread(target=self._serve, args=(receiver, lane), daemon=True).start()
            if lane.full():
                log.error("%s was never told: %s", name, one_line(lane.get().title, 200))
            lane.put(notice)

    def close(self) -> None:
        """Send no more."""
        self._ended.set()

    def _serve(self, receiver: Receiver, lane: queue.Queue[Notice]) -> None:
        while not self._ended.is_set():
            self._send(receiver, lane.get())

    def _send(self, receiver: Receiver, notice: Notice) -> None:
        for pause in (*PAUSES, None):
            try:
                message = messages.of_notice(notice)
                now, plain = self._clock.now(), self._json_console
                deliver.send_alone(message, receiver, self._config, now, plain=plain)
            except DeliveryError as error:
                log.warning("%s did not take the notice of a fault: %s", receiver.name, error.line())
                if error.permanent or pause is None or self._ended.wait(pause):
                    return
            else:
                return
