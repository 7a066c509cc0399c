"""Signature Version 4, with botocore's signer as the oracle where it is installed."""

import sys
from email.utils import formatdate
from pathlib import Path

import pytest

from mtqa.engines.amazon import AmazonEngine
from mtqa.engines.aws import Credentials, signed
from mtqa.engines.bedrock import BedrockEngine
from mtqa.errors import ConfigError, EngineRefused
from mtqa.ports import Answer
from tests.engines.wire import outcomes, queries, reply, wired

ACCESS, SECRET = "AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"
URLS = [
    ("translate", "https://translate.eu-west-1.amazonaws.com/"),
    ("bedrock", "https://bedrock-runtime.us-east-1.amazonaws.com/model/amazon.nova-lite-v1%3A0/converse"),
    ("bedrock", "https://bedrock-runtime.us-east-1.amazonaws.com/model/arn%3Aaws%3Abedrock%3Aa%2Fb~c%20d/converse"),
    ("translate", "http://127.0.0.1:4566/a/b"),
]


@pytest.fixture(autouse=True)
def credentials(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", ACCESS)
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", SECRET)
    monkeypatch.delenv("AWS_SESSION_TOKEN", raising=False)


@pytest.mark.parametrize(("service", "url"), URLS)
@pytest.mark.parametrize("token", ["", "a/session+token=="])
@pytest.mark.parametrize("content", [b"", '{"Text": "žluťoučký"}'.encode()])
def test_the_signature_is_botocores(service: str, url: str, token: str, content: bytes) -> None:
    auth = pytest.importorskip("botocore.auth", reason="botocore is not installed")
    from botocore.awsrequest import AWSRequest
    from botocore.credentials import Credentials as Theirs

    headers = {"content-type": "application/x-amz-json-1.1", "x-amz-target": "Some_20170701.TranslateText"}
    request = AWSRequest("POST", url, headers=headers, data=content)
    auth.SigV4Auth(Theirs(ACCESS, SECRET, token or None), service, "eu-west-1").add_auth(request)
    stamp = request.headers["X-Amz-Date"]
    scope = f"{stamp[:8]}/eu-west-1/{service}/aws4_request"
    ours = signed(Credentials(ACCESS, SECRET, token), scope, stamp, url, content, headers)
    assert ours["authorization"] == request.headers["Authorization"]
    assert ours.get("x-amz-security-token") == request.headers.get("X-Amz-Security-Token")


def test_a_signature_that_botocore_made() -> None:
    """A fixed value, for where it is not installed: of botocore 1.44.5, with its clock stopped."""
    stamp = "20260131T235959Z"
    headers = {"content-type": "application/json"}
    scope = "20260131/us-east-1/bedrock/aws4_request"
    found = signed(Credentials(ACCESS, SECRET), scope, stamp, URLS[1][1], b"{}", headers)["authorization"]
    assert found.startswith(
        f"AWS4-HMAC-SHA256 Credential={ACCESS}/{scope}, SignedHeaders=content-type;host;x-amz-date, Signature="
    )
    assert found.endswith("dd8baba532fe5711e1a4f1738ab9cecd0b1badbd35b5532cde442a7c7c5dad07")


def test_a_wrong_clock_is_corrected_by_the_servers_and_kept() -> None:
    date = formatdate(4102444800, usegmt=True)  # 2100-01-01
    fault = reply(
        403,
        {"message": "Signature expired: 20260101T000000Z is now earlier than"},
        {"date": date, "x-amzn-errortype": "InvalidSignatureException"},
    )
    engine = AmazonEngine(region="eu-west-1")
    good = reply(200, {"TranslatedText": "Eins"})
    with wired(engine, [fault, good, good]) as wire:
        assert isinstance(outcomes(engine, queries("One"))["q1"], Answer)
        outcomes(engine, queries("One"))
    years = [request.headers["x-amz-date"][:4] for request in wire.requests]
    assert years[1:] == ["2100", "2100"]
    assert years[0] != "2100"


def test_a_clock_that_is_still_wrong_stops_the_engine() -> None:
    fault = reply(403, {"__type": "InvalidSignatureException", "message": "Signature expired"}, {"date": formatdate()})
    engine = AmazonEngine(region="eu-west-1")
    with wired(engine, [fault, fault]), pytest.raises(EngineRefused):
        outcomes(engine, queries("One"))


def exported(tmp_path: Path) -> list[str]:
    """A program that prints credentials as the AWS CLI does, others each time."""
    program = (
        "import json, pathlib, sys; log = pathlib.Path(sys.argv[1]); log.open('a').write('x');"
        "n = len(log.read_text()); found = {'Version': 1, 'AccessKeyId': f'ACCESS{n}'};"
        "print(json.dumps({**found, 'SecretAccessKey': f'secret-part-{n}', 'SessionToken': f'token-{n}'}))"
    )
    return [sys.executable, "-c", program, str(tmp_path / "count")]


def test_temporary_credentials_come_from_a_command_and_are_renewed(tmp_path: Path) -> None:
    engine = AmazonEngine(region="eu-west-1", key_command=exported(tmp_path))
    expired = reply(400, {"__type": "com.amazon.coral.service#ExpiredTokenException", "message": "secret-part-1"})
    with wired(engine, [expired, reply(200, {"TranslatedText": "Eins"})]) as wire:
        assert isinstance(outcomes(engine, queries("One"))["q1"], Answer)
    assert [request.headers["x-amz-security-token"] for request in wire.requests] == ["token-1", "token-2"]
    assert "Credential=ACCESS2/" in wire.requests[1].headers["authorization"]


def test_no_part_of_the_credentials_is_shown(tmp_path: Path) -> None:
    engine = AmazonEngine(region="eu-west-1", key_command=exported(tmp_path))
    said = reply(403, {"message": "ACCESS1 secret-part-1 token-1"})
    with wired(engine, [said]), pytest.raises(EngineRefused, match=r"\*\*\* \*\*\* \*\*\*"):
        outcomes(engine, queries("One"))


@pytest.mark.parametrize("printed", ["key", "[]", "{}", '{"AccessKeyId": 1, "SecretAccessKey": "x"}'])
def test_a_command_that_prints_no_credentials(printed: str) -> None:
    with pytest.raises(ConfigError, match="prints no AWS credentials"):
        AmazonEngine(region="eu-west-1", key_command=[sys.executable, "-c", f"print({printed!r})"])


def test_one_variable_is_not_enough(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MTQA_TEST_KEY", "x")
    with pytest.raises(ConfigError, match="two parts"):
        AmazonEngine(region="eu-west-1", key_env="MTQA_TEST_KEY")


def test_bedrock_takes_an_api_key_or_signs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MTQA_TEST_KEY", "bedrock-key")
    found = []
    for options in ({"key_env": "MTQA_TEST_KEY"}, {}):
        engine = BedrockEngine(model="amazon.nova-lite-v1:0", region="us-east-1", **options)  # type: ignore[arg-type]
        with wired(engine, [reply(500)]) as wire, pytest.raises(Exception, match="HTTP 500"):
            outcomes(engine, queries("One"))
        found.append(wire.requests[0])
    assert found[0].headers["authorization"] == "Bearer bedrock-key"
    assert f"Credential={ACCESS}/" in found[1].headers["authorization"]
    assert found[1].url.raw_path == b"/model/amazon.nova-lite-v1%3A0/converse"


def test_what_was_signed_is_what_is_sent() -> None:
    """The signature holds for the very request that goes out: path, headers, body."""
    engine = BedrockEngine(model="amazon.nova-lite-v1:0", region="us-east-1")
    with wired(engine, [reply(500)]) as wire, pytest.raises(Exception, match="HTTP 500"):
        outcomes(engine, queries("One"))
    request = wire.requests[0]
    stamp = request.headers["x-amz-date"]
    url = f"https://{request.headers['host']}{request.url.raw_path.decode()}"
    scope = f"{stamp[:8]}/us-east-1/bedrock/aws4_request"
    sent = {"content-type": request.headers["content-type"]}
    again = signed(Credentials(ACCESS, SECRET), scope, stamp, url, request.content, sent)
    assert again["authorization"] == request.headers["authorization"]
