from collections.abc import Callable, Iterator

import pytest

from tests.translate.server import Request, Respond, Server


@pytest.fixture
def serve() -> Iterator[Callable[..., Server]]:
    """Starts servers, and closes them at the end."""
    servers: list[Server] = []

    def start(respond: Respond = Request.good) -> Server:
        servers.append(Server(respond))
        return servers[-1]

    yield start
    for server in servers:
        server.close()
