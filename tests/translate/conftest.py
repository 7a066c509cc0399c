import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from mtqa.errors import EngineBusy
from mtqa.translate.pace import Pace, Turn
from tests.translate.server import Request, Respond, Server


@pytest.fixture
def serve() -> Iterator[Callable[..., Server]]:
    """Starts servers, and closes them at the end."""
    servers: list[Server] = []

    def start(respond: Respond = Request.good, *where: Any) -> Server:
        servers.append(Server(respond, *where))
        return servers[-1]

    yield start
    for server in servers:
        server.close()


@pytest.fixture
def paused(monkeypatch: pytest.MonkeyPatch) -> threading.Event:
    """Set when a busy answer has begun a pause."""
    event, busy_before = threading.Event(), Pace.busy

    def busy(self: Pace, turn: Turn, fault: EngineBusy, attempt: int) -> None:
        busy_before(self, turn, fault, attempt)
        event.set()

    monkeypatch.setattr(Pace, "busy", busy)
    return event
