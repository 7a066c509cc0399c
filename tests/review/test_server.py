"""The review server: who gets in, what is kept, and the page that talks to it."""

import http.client
import json
from collections.abc import Iterator
from http import HTTPStatus
from pathlib import Path
from threading import Thread
from typing import Any

import pytest

from mtqa.errors import StoreError
from mtqa.review.decisions import read_decisions
from mtqa.review.server import ReviewServer
from tests.report.runs import make_run, texts_of

Headers = dict[str, str]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return make_run(tmp_path, texts_of(8))


@pytest.fixture
def server(folder: Path) -> Iterator[ReviewServer]:
    with ReviewServer(folder) as server:
        thread = Thread(target=server.serve_forever)
        thread.start()
        yield server
        server.shutdown()
        thread.join()


def ask(
    server: ReviewServer, method: str, path: str, headers: Headers | None = None, body: bytes | None = None
) -> tuple[int, bytes, Any]:
    """A raw request: no header but those given, Host as it should be when it is not."""
    connection = http.client.HTTPConnection("127.0.0.1", server.server_port, timeout=20)
    connection.putrequest(method, path, skip_host=True, skip_accept_encoding=True)
    given = {"Host": f"127.0.0.1:{server.server_port}"} | (headers or {})
    if body is not None:
        given = {"Content-Length": str(len(body)), "Content-Type": "application/json"} | given
    for name, value in given.items():
        connection.putheader(name, value)
    connection.endheaders(body)
    answer = connection.getresponse()
    content = answer.read()
    connection.close()
    return answer.status, content, answer.headers


def decision(folder: Path, number: int = 0) -> dict[str, Any]:
    record = json.loads((folder / "segments.jsonl").read_text(encoding="utf-8").splitlines()[number])
    return {"id": record["id"], "action": "edit", "source": record["source"], "target": "Meins", "extra": [1]}


def post(server: ReviewServer, content: object, **headers: str) -> tuple[int, bytes, Any]:
    body = content if isinstance(content, bytes) else json.dumps(content).encode()
    return ask(server, "POST", f"/{server.token}/decisions", {"Origin": server.origin} | headers, body)


def test_the_address_opens_the_page_and_only_it(server: ReviewServer) -> None:
    status, body, headers = ask(server, "GET", f"/{server.token}/")
    assert status == HTTPStatus.OK
    assert b"connect-src 'self'" in body
    assert server.token.encode() not in body
    assert headers["Cache-Control"] == "no-store"
    assert headers["X-Frame-Options"] == "DENY"
    assert headers["Referrer-Policy"] == "no-referrer"
    assert not [name for name in headers if name.lower().startswith("access-control")]
    for path in ("", "run.json", "../run.json", "%2e%2e/run.json", "decisions/../../segments.jsonl", "report.html"):
        assert ask(server, "GET", f"/{server.token}/x/{path}")[0] == HTTPStatus.NOT_FOUND


@pytest.mark.parametrize("path", ["/", "/{wrong}/", "/{token}x/", "/{upper}/", "/decisions", "/{part}/"])
def test_without_the_secret_there_is_nothing(server: ReviewServer, path: str) -> None:
    token = server.token
    place = path.format(wrong="A" * len(token), token=token, upper=token.swapcase(), part=token[:-1])
    status, body, _ = ask(server, "GET", place)
    assert status == HTTPStatus.NOT_FOUND
    assert token.encode() not in body
    assert ask(server, "POST", f"{place}decisions", {"Origin": server.origin}, b"{}")[0] == HTTPStatus.NOT_FOUND


@pytest.mark.parametrize(
    "host", ["evil.example", "evil.example:{port}", "localhost:{port}", "127.0.0.1", "127.0.0.1:1", "", "[::1]:{port}"]
)
def test_another_host_name_gets_nothing(server: ReviewServer, folder: Path, host: str) -> None:
    headers = {"Host": host.format(port=server.server_port)}
    for path in ("/", f"/{server.token}/", f"/{server.token}/decisions"):
        assert ask(server, "GET", path, headers)[0] == HTTPStatus.MISDIRECTED_REQUEST
    assert post(server, {"id": "x", "decision": None}, **headers)[0] == HTTPStatus.MISDIRECTED_REQUEST
    assert not (folder / "decisions.json").exists()


@pytest.mark.parametrize(
    "origin",
    ["http://evil.example", "null", "http://localhost:{port}", "https://127.0.0.1:{port}", "http://127.0.0.1", ""],
)
def test_another_origin_gets_nothing(server: ReviewServer, folder: Path, origin: str) -> None:
    headers = {"Origin": origin.format(port=server.server_port)}
    for path in (f"/{server.token}/", f"/{server.token}/decisions"):
        assert ask(server, "GET", path, headers)[0] == HTTPStatus.FORBIDDEN
    chosen = decision(folder)
    assert post(server, {"id": chosen["id"], "decision": chosen}, **headers)[0] == HTTPStatus.FORBIDDEN
    assert not (folder / "decisions.json").exists()


def test_a_change_needs_an_origin_and_json(server: ReviewServer, folder: Path) -> None:
    chosen = decision(folder)
    body = json.dumps({"id": chosen["id"], "decision": chosen}).encode()
    place = f"/{server.token}/decisions"
    assert ask(server, "POST", place, {}, body)[0] == HTTPStatus.FORBIDDEN
    for kind in ("text/plain", "application/x-www-form-urlencoded", "multipart/form-data"):
        headers = {"Origin": server.origin, "Content-Type": kind}  # what a form on any page can send
        assert ask(server, "POST", place, headers, body)[0] == HTTPStatus.UNSUPPORTED_MEDIA_TYPE
    for site in ("cross-site", "same-site"):
        headers = {"Origin": server.origin, "Sec-Fetch-Site": site}
        assert ask(server, "POST", place, headers, body)[0] == HTTPStatus.FORBIDDEN
    for method in ("PUT", "DELETE", "OPTIONS", "PATCH"):
        assert ask(server, method, place, {"Origin": server.origin}, body)[0] == HTTPStatus.NOT_IMPLEMENTED
    assert not (folder / "decisions.json").exists()


def test_decisions_are_on_the_disk_when_they_are_confirmed(server: ReviewServer, folder: Path) -> None:
    first, second = decision(folder, 0), decision(folder, 1)
    for one in (first, second):
        assert post(server, {"id": one["id"], "decision": one})[0] == HTTPStatus.OK
        assert one["id"] in {d.id for d in read_decisions(folder / "decisions.json")}
    stored = json.loads(ask(server, "GET", f"/{server.token}/decisions")[1])
    assert stored["decisions"] == [first, second]
    assert stored == json.loads((folder / "decisions.json").read_text(encoding="utf-8"))
    assert post(server, {"id": first["id"], "decision": None})[0] == HTTPStatus.OK
    assert [d.id for d in read_decisions(folder / "decisions.json")] == [second["id"]]
    with ReviewServer(folder) as again:
        assert again.kept.document()["decisions"] == [second]


def test_what_is_no_decision_or_stale_is_refused(server: ReviewServer, folder: Path) -> None:
    good = decision(folder)
    bad: list[tuple[object, HTTPStatus]] = [
        (b"nonsense", HTTPStatus.BAD_REQUEST),
        ([], HTTPStatus.BAD_REQUEST),
        ({}, HTTPStatus.BAD_REQUEST),
        ({"id": [1], "decision": None}, HTTPStatus.BAD_REQUEST),
        ({"id": "nobody", "decision": None}, HTTPStatus.CONFLICT),
        ({"id": good["id"], "decision": good | {"action": "approve"}}, HTTPStatus.CONFLICT),
        ({"id": good["id"], "decision": good | {"source": "other"}}, HTTPStatus.CONFLICT),
        ({"id": good["id"], "decision": good | {"id": "app_en-de.xlf#2"}}, HTTPStatus.CONFLICT),
    ]
    for content, status in bad:
        assert post(server, content)[0] == status, content
    assert post(server, b"", **{"Content-Length": str(10**12)})[0] == HTTPStatus.BAD_REQUEST
    assert not (folder / "decisions.json").exists()


def test_a_broken_request_is_refused_and_ends_nothing(
    server: ReviewServer, folder: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    """Whoever can reach the port can send these: not one may show a traceback, where the terminal has the address."""
    kept = decision(folder)
    endless = json.dumps({"id": kept["id"], "decision": kept | {"extra": float("inf")}}).encode()
    for content in (b"[" * 100_000, b"[]", b"\xff", b'{"id": [1]}', endless):
        assert post(server, content)[0] == HTTPStatus.BAD_REQUEST
    assert ask(server, "GET", "http://[")[0] == HTTPStatus.NOT_FOUND
    assert not (folder / "decisions.json").exists()
    assert capfd.readouterr().err == ""


def test_a_taken_port_and_a_damaged_file_are_told(server: ReviewServer, folder: Path) -> None:
    with pytest.raises(StoreError, match="cannot be listened on"):
        ReviewServer(folder, server.server_port)
    (folder / "decisions.json").write_text("{", encoding="utf-8")
    with pytest.raises(StoreError, match="cannot be read"):
        ReviewServer(folder)


def test_the_page_saves_as_it_goes(browser: Any, server: ReviewServer, folder: Path) -> None:
    expect = pytest.importorskip("playwright.sync_api").expect
    context = browser.new_context()
    page = context.new_page()
    faults: list[str] = []
    page.on("console", lambda message: faults.append(message.text))
    page.goto(server.address)
    page.wait_for_selector("html[data-ready]")
    page.keyboard.press("a")
    with page.expect_response(lambda answer: "choose" in (answer.request.post_data or "")) as answer:
        page.keyboard.press("2")
    assert answer.value.ok
    expect(page.locator("#progress")).to_have_text("1 of 8 reviewed")
    page.evaluate("localStorage.clear()")
    page.reload()
    page.wait_for_selector("html[data-ready]")
    expect(page.locator("#progress")).to_have_text("1 of 8 reviewed")
    (kept,) = read_decisions(folder / "decisions.json")
    assert kept.action == "choose"
    with page.expect_response("**/decisions"):
        page.keyboard.press("u")
    assert read_decisions(folder / "decisions.json") == []
    other = context.new_page()  # a page of another origin in the same browser
    other.route("http://evil.example/", lambda route: route.fulfill(body="<p>x", content_type="text/html"))
    other.goto("http://evil.example/")
    got = other.evaluate(
        "address => fetch(address + 'decisions', {method: 'POST', headers: {'Content-Type': 'application/json'},"
        " body: '{}'}).then(() => 'in', () => 'out')",
        server.address,
    )
    assert got == "out"
    assert faults == []
    context.close()


def test_what_could_not_be_saved_is_saved_at_the_next_visit(browser: Any, server: ReviewServer, folder: Path) -> None:
    expect = pytest.importorskip("playwright.sync_api").expect
    page = browser.new_page()
    page.goto(server.address)
    page.wait_for_selector("html[data-ready]")
    with page.expect_response("**/decisions"):
        page.keyboard.press("a")
    page.route("**/decisions", lambda route: route.abort())
    page.keyboard.press("2")
    expect(page.locator("#problem")).to_contain_text("Not saved")
    page.unroute("**/decisions")
    with page.expect_response(lambda answer: "choose" in (answer.request.post_data or "")):
        page.reload()
    (kept,) = read_decisions(folder / "decisions.json")
    assert kept.action == "choose"
    page.close()
