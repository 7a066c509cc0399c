from collections.abc import Callable, Iterator
from typing import Any

import pytest

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
