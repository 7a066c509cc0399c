"""The other end of the wire, in the process: requests are kept, replies are scripted."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs

from mtqa.engines import http as seam
from mtqa.inline import Markup, Text
from mtqa.model import Segment
from mtqa.ports import Engine, Outcome, Query
from tests.engines.published import complaints


@dataclass(frozen=True)
class Reply:
    """A response to be given as often as it is asked for."""

    status: int
    content: bytes
    headers: dict[str, str]

    def response(self) -> Any:
        http = seam.http_library()
        return http.Response(self.status, stream=http.ByteStream(self.content), headers=self.headers)


def reply(status: int = 200, body: object = None, headers: dict[str, str] | None = None) -> Reply:
    """A body of bytes goes as it is, None is empty, everything else is JSON."""
    content = body if isinstance(body, bytes) else b"" if body is None else json.dumps(body).encode()
    return Reply(status, content, headers or {})


@dataclass
class Wire:
    """Answers with what `respond` makes of each request's body, or with the replies of a list in turn.

    `strict`: a request must be as its provider publishes it.
    """

    respond: Callable[[Any], Reply] | list[Reply]
    strict: bool = True
    requests: list[Any] = field(default_factory=list)

    def __call__(self, request: Any) -> Any:
        found = complaints(request) if self.strict else []
        assert found == []
        self.requests.append(request)
        scripted = self.respond
        given = scripted[len(self.requests) - 1] if isinstance(scripted, list) else scripted(self.body(-1))
        return given.response()

    def body(self, index: int = 0) -> Any:
        request = self.requests[index]
        if "json" in request.headers["content-type"]:
            return json.loads(request.content)
        return {name: values[0] for name, values in parse_qs(request.content.decode()).items()}


@contextmanager
def wired(engine: Any, respond: Callable[[Any], Reply] | list[Reply], *, strict: bool = True) -> Iterator[Wire]:
    """`engine` with its network replaced."""
    wire = Wire(respond, strict)
    engine.http.transport = seam.http_library().MockTransport(wire)
    try:
        yield wire
    finally:
        engine.close()


def queries(*texts: str | Text, languages: tuple[str, str] = ("en", "de"), markup: Markup = Markup.XML) -> list[Query]:
    sources = [text if isinstance(text, Text) else Text(text) for text in texts]
    return [
        Query(f"q{n}", source.marked(markup), Segment(f"f#{n}", "f", str(n), source, *languages))
        for n, source in enumerate(sources, start=1)
    ]


def outcomes(engine: Engine, batch: list[Query]) -> dict[str, Outcome]:
    return {outcome.id: outcome for outcome in engine.translate(batch)}
