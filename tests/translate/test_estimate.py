"""What a run would send, told beforehand; and a run held to its limit."""

import json
from collections.abc import Callable
from pathlib import Path

import jsonschema
import pytest
from click.testing import CliRunner, Result

from mtqa import cli
from mtqa.config import parse_settings
from mtqa.errors import ConfigError
from mtqa.ports import Capabilities, Price
from mtqa.store import run as run_store
from mtqa.translate.estimate import estimate
from tests.translate.server import Request, Server
from tests.translate.test_ask import Memory, Scripted, run, segments, upper

SAMPLE = Path(__file__).parent.parent.parent / "sample_files" / "app_en-de.xlf"
Serve = Callable[..., Server]


def test_what_is_estimated_is_what_is_sent() -> None:
    given = segments("same", "other", "same", "  ", "third one")
    for price in (Price("characters", 20.0), None):
        engine = Scripted(upper, Capabilities(max_items=2, price=price))
        told = estimate("e", engine, iter(given), Memory(), samples=2)
        memory = Memory()
        memory = run(engine, given, memory)
        assert (told.segments, told.cached, told.texts) == (4, 0, 2 * 3)
        assert told.characters == 2 * sum(len(text) for batch in engine.batches for text in batch)
        assert told.tokens is None
        assert told.cost == (None if price is None else pytest.approx(told.characters * 20 / 1_000_000))
        again = estimate("e", engine, iter(given), memory)
        assert (again.cached, again.texts, again.calls) == (4, 0, 0)


def test_tokens_are_estimated_where_they_are_paid() -> None:
    engine = Scripted(upper, Capabilities(max_items=2, price=Price("tokens", 1.0, 4.0, prompt=300)))
    told = estimate("e", engine, iter(segments("a", "b", "c")), Memory())
    assert told.calls == 2
    assert told.tokens is not None
    assert 600 < told.tokens < 700
    assert told.cost is not None


def test_a_local_engine_is_sent_nothing_and_costs_nothing() -> None:
    told = estimate("e", Scripted(upper, Capabilities(remote=False)), iter(segments("a")), Memory())
    assert (told.segments, told.texts, told.characters, told.cost) == (1, 0, 0, 0.0)


@pytest.fixture
def invoke(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Result]:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("MTQA_CACHE", str(tmp_path / "cache.sqlite"))
    return lambda *arguments: CliRunner().invoke(cli.mtqa, [str(argument) for argument in arguments])


def configure(folder: Path, url: str, more: str = "") -> None:
    text = f'[engines.lt]\nuse = "libretranslate"\nbase_url = "{url}"\nbatch = 4\n{more}'
    (folder / "mtqa.toml").write_text(text, encoding="utf-8")


def test_the_command_reads_and_sends_nothing(invoke: Callable[..., Result], serve: Serve, tmp_path: Path) -> None:
    server = serve()
    configure(tmp_path, server.url)
    done = invoke("estimate", SAMPLE)
    assert done.exit_code == 0, done.output
    assert done.stdout.splitlines()[1].split() == [
        *("engine", "segments", "cached", "texts", "calls", "characters", "tokens", "cost")
    ]
    assert done.stdout.splitlines()[2].split()[:4] == ["lt", "14", "0", "14"]
    assert done.stdout.splitlines()[2].endswith("unknown")
    assert done.stdout.splitlines()[-1].endswith("what lt cost · nothing sent")
    assert invoke("run", SAMPLE, "--dry-run", "-o", "out").stdout == done.stdout
    assert server.asked == []
    assert [path.name for path in tmp_path.iterdir()] == ["mtqa.toml"]
    assert invoke("run", SAMPLE, "-o", "out").exit_code == 0
    assert invoke("estimate", SAMPLE).stdout.splitlines()[2].split()[:4] == ["lt", "14", "14", "0"]


def test_a_limit_without_a_price_is_refused(invoke: Callable[..., Result], serve: Serve, tmp_path: Path) -> None:
    server = serve()
    configure(tmp_path, server.url)
    done = invoke("run", SAMPLE, "-o", "out", "--max-cost", "5 EUR")
    assert isinstance(done.exception, ConfigError)
    assert "engine lt" in str(done.exception)
    assert server.asked == []


def test_samples_reach_the_results(invoke: Callable[..., Result], serve: Serve, tmp_path: Path) -> None:
    asked: list[str] = []

    def respond(request: Request) -> None:
        asked.extend(request.texts)
        request.json({"translatedText": [f"{text} {asked.count(text)}" for text in request.texts]})

    configure(tmp_path, serve(respond).url, "samples = 3\n")
    done = invoke("run", SAMPLE, "-o", "out")
    assert done.exit_code == 0, done.output
    schema = json.loads(Path(run_store.__file__).with_name("segment.schema.json").read_text(encoding="utf-8"))
    lines = Path("out/segments.jsonl").read_text(encoding="utf-8").splitlines()
    for line in lines:
        jsonschema.Draft202012Validator(schema).validate(json.loads(line))
    found = [c for line in lines for c in json.loads(line)["candidates"]]
    assert len(found) == 14
    assert all(c["target"].rstrip("0123456789") != c["target"] and len(c["samples"]) == 2 for c in found)
    before = len(asked)
    assert invoke("run", SAMPLE, "-o", "again").exit_code == 0
    assert len(asked) == before
    assert Path("again/segments.jsonl").read_bytes() == Path("out/segments.jsonl").read_bytes()


def test_who_failed_is_told_at_the_end(invoke: Callable[..., Result], serve: Serve, tmp_path: Path) -> None:
    configure(tmp_path, serve(lambda request: request.json({"error": "quota"}, 456)).url)
    done = invoke("run", SAMPLE, "-o", "out")
    assert "lt: refused: 14 segments (such as app_en-de.xlf#1): libretranslate (127.0.0.1:" in done.stderr
    assert "HTTP 456: quota; the quota is used up" in done.stderr
    [failure] = json.loads(Path("out/run.json").read_text(encoding="utf-8"))["failures"]
    assert (failure["engine"], failure["kind"], failure["segments"]) == ("lt", "refused", 14)


@pytest.mark.parametrize(
    ("table", "message"),
    [
        ({"budget": {"max_cost": "5 USD"}}, "not in EUR"),
        ({"budget": {"max_cost": "much"}}, "no amount of money"),
        ({"budget": {"max_cost": "-1"}}, "no amount of money"),
        ({"budget": {"max_cost": "nan EUR"}}, "no amount of money"),
        ({"budget": {"max_cots": "5"}}, "did you mean 'max_cost'"),
        ({"engines": {"e": {"samples": 0}}}, "0 is no number of samples"),
        ({"engines": {"e": {"samples": True}}}, "True is no number of samples"),
    ],
)
def test_settings_that_are_refused(table: dict[str, object], message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        parse_settings(table, Path("mtqa.toml"))


def test_settings_of_the_budget() -> None:
    settings = parse_settings({"budget": {"max_cost": "2.5 EUR"}, "engines": {"e": {"samples": 3}}}, Path("mtqa.toml"))
    assert settings.max_cost == 2.5
    assert settings.engines["e"].samples == 3
    assert "samples" not in settings.engines["e"].options
    assert parse_settings({"currency": "USD", "budget": {"max_cost": "7"}}, Path("mtqa.toml")).max_cost == 7.0
