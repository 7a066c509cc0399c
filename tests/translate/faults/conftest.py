from collections.abc import Callable
from typing import Any

import pytest

from tests.translate.faults.asked import Ask, Asked, Fault
from tests.translate.faults.dialects import DIALECTS, KEY
from tests.translate.server import Server
from tests.translate.test_ask import FakeTime, run, segments


@pytest.fixture
def ask(serve: Callable[..., Server], monkeypatch: pytest.MonkeyPatch) -> Ask:
    """Asks a server that answers as `respond` does about texts; time is what is waited."""
    monkeypatch.setenv(KEY, "key-4711")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKID")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "secret-4711")

    def asked(
        respond: Fault, *texts: str, dialect: str = "libretranslate", time: FakeTime | None = None, **options: Any
    ) -> Asked:
        server, time = serve(respond), time or FakeTime()
        engine = DIALECTS[dialect].make(server.url, **options)
        try:
            memory = run(engine, segments(*texts), time=time)
        finally:
            engine.close()
        return Asked(server, memory, time, DIALECTS[dialect])

    return asked
