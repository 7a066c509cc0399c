"""What tests of faults have in common: faults to answer with, and what became of the texts."""

from collections.abc import Callable

from tests.translate.faults.dialects import DIALECTS, Dialect
from tests.translate.server import Request, Server
from tests.translate.test_ask import FakeTime, Memory

Fault = Callable[[Request], None]


class Asked:
    """What became of texts that were asked for in one dialect, the server, and the time that was waited."""

    def __init__(self, server: Server, memory: Memory, time: FakeTime, dialect: Dialect) -> None:
        self.server, self.memory, self.time = server, memory, time
        self.texts = [dialect.texts(body) for _, _, body in server.requests]

    @property
    def said(self) -> list[str]:
        return self.memory.said()

    @property
    def trouble(self) -> str:
        """The one trouble there is, reason and remedy; empty without."""
        troubles = self.memory.asked.troubles
        assert len(troubles) <= 1
        return f"{troubles[0].reason}; {troubles[0].todo}" if troubles else ""


Ask = Callable[..., Asked]


def once(fault: Fault, dialect: str = "libretranslate") -> Fault:
    """The fault at the first request, good answers afterwards."""
    happened: list[bool] = []

    def respond(request: Request) -> None:
        if happened:
            DIALECTS[dialect].good(request)
        else:
            happened.append(True)
            fault(request)

    return respond


def status(code: int, body: object = b"", **headers: str) -> Fault:
    """An answer of that status; a body that is not bytes is JSON."""
    if isinstance(body, bytes):
        return lambda request: request.send(body, code, **headers)
    return lambda request: request.json(body, code, **headers)
