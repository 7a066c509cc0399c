"""Configuration: what is not understood is refused, with the nearest known key."""

from pathlib import Path

import pytest

from mtqa.config import PluginSettings, Settings, load_settings
from mtqa.consensus.settings import DecideSettings
from mtqa.errors import ConfigError, MtqaError
from mtqa.languages import canonical, primary, same_language
from mtqa.model import Severity
from mtqa.parts import assemble, build_checks
from mtqa.plugins import FAMILIES, available, build, load


def settings(tmp_path: Path, text: str) -> Settings:
    path = tmp_path / "mtqa.toml"
    path.write_text(text, encoding="utf-8")
    return load_settings(path)


def test_everything_can_be_set(tmp_path: Path) -> None:
    found = settings(
        tmp_path,
        """
        source_lang = "en_us"
        target_lang = "pt-br"
        currency = "USD"
        cache = "answers.sqlite"
        [engines.vendor]
        use = "file"
        path = "vendor.xlf"
        [metrics.chrf]
        beta = 3
        [decide]
        min_voters = 2
        agree_at = 1
        [checks]
        numbers = "warning"
        empty = "off"
        length = { severity = "error", ratio = 1.5 }
        [write]
        overwrite = true
        """,
    )
    assert (found.source_lang, found.target_lang) == ("en-US", "pt-BR")
    assert found.engines == {"vendor": PluginSettings("vendor", "file", {"path": "vendor.xlf"})}
    assert found.metrics["chrf"].options == {"beta": 3}
    assert found.decide == DecideSettings(min_voters=2, agree_at=1)
    assert found.write.overwrite
    assert found.cache == tmp_path / "answers.sqlite"
    checks = build_checks(found)
    assert "empty" not in checks
    assert checks["numbers"][1] is Severity.WARNING
    assert checks["length"][1] is Severity.ERROR


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("sorce_lang = 'en'", "unknown key 'sorce_lang', did you mean 'source_lang'?"),
        ("source_lang = 'fr--FR!'", "'fr--FR!' is not a language tag"),
        ("source_lang = 5", "source_lang = 5 is not of type str"),
        ("[decide]\nagre_at = 0.5", "unknown key 'agre_at', did you mean 'agree_at'?"),
        ("[decide]\nagree_at = 5", "5 is no utility"),
        ("[decide]\nagree_at = true", "agree_at = True is not of type float"),
        ("[decide]\nmin_voters = 1", "one voter cannot be compared"),
        ("[checks]\nnumbers = 'fatal'", "'fatal' is no severity"),
        ("[engines]\ndeepl = 5", "is not a table"),
        ("[engines.x]\nuse = 5", "5 is not a name"),
        ("not toml", "cannot be read"),
    ],
)
def test_mistakes_are_named(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(ConfigError) as caught:
        settings(tmp_path, text)
    assert message in str(caught.value)
    assert "mtqa.toml" in str(caught.value)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[checks]\nnumber = 'off'", "no such check 'number', did you mean 'numbers'?"),
        ("[checks]\nlength = { ratioo = 2 }", "unknown key 'ratioo', did you mean 'ratio'?"),
        ("[checks]\nlength = { ratio = 'big' }", "'big' is not of type float"),
        ("[metrics.chrf]\nbeta = 0", "char_order and beta must be 1 or more"),
        ("[metrics.bleurt]", "no plug-in 'bleurt'"),
        ("[engines.deepl]\nrate = nan", "rate: nan is not of type float"),
        ("[engines.deepl]\nprice = inf", "price: inf is not of type float"),
        ("[engines.gemini]\nmodel = 'x'\nprice = [0, nan]", "price: [0, nan] is not of type list[float]"),
        ("[engines.gemini]\nmodel = 'x'\nprice = ['0', '1']", "price: ['0', '1'] is not of type list[float]"),
        ("[engines.command]\ncommand = ['cat', 5]", "command: ['cat', 5] is not of type list[str]"),
        ("[engines.x]\nuse = 'apertum'", "no plug-in 'apertum', did you mean 'apertium'?"),
        ("[engines.deepl]\nkey = 'sk-123'", "key is a secret"),
        ("[engines.x]\nuse = 'openai'\nmodel = 'm'\nparameters = { api_key = 'sk-123' }", "api_key is a secret"),
        ("[engines.x]\nuse = 'openai'\nmodel = 'm'\nparameters = { a = [{ token = 'sk-123' }] }", "token is a secret"),
        ("[engines.x]\nuse = 'openai'\nmodel = 'm'\nparameters = { top_p = nan }", "nan is no number"),
        ("[engines.x]\nuse = 'command'\ncommand = ['cat', '--api-key=sk-123']", "--api-key is a secret"),
        ("[engines.x]\nuse = 'command'\ncommand = ['cat', '--token', 'sk-123']", "--token is a secret"),
        ("[engines.x]\nuse = 'apertium'\nbase_url = 'http://h'\nheaders = { X-Auth-Token = 'sk-123' }", "is a secret"),
        ("[engines.file]", "path is missing"),
    ],
)
def test_plugin_mistakes_are_named_before_anything_is_sent(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(MtqaError) as caught, assemble(settings(tmp_path, text)):
        pass
    assert message in str(caught.value)
    assert "sk-123" not in str(caught.value)


def test_without_a_file_the_defaults_hold(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert load_settings(None) == Settings()
    with pytest.raises(ConfigError, match="no such file"):
        load_settings(tmp_path / "other.toml")


def test_choosing_engines() -> None:
    two = Settings(engines={"a": PluginSettings("a", "file"), "b": PluginSettings("b", "file")})
    assert list(two.only(["b"], []).engines) == ["b"]
    with pytest.raises(ConfigError, match="no such engine, did you mean 'a'"):
        two.only(["aa"], [])
    with pytest.raises(ConfigError, match="there is an engine of this name"):
        two.with_candidates("a", Path("x.xlf"))


@pytest.mark.parametrize("family", FAMILIES)
def test_every_listed_plugin_loads(family: str) -> None:
    assert available(family)
    for name in available(family):
        assert load(family, name)


def test_services_cannot_be_configured() -> None:
    with pytest.raises(ConfigError, match="unknown key 'read_bilingual'"):
        build("engines", "file", {"path": "x", "read_bilingual": 1}, "here", services={"read_bilingual": None})


@pytest.mark.parametrize(
    ("tag", "expected"),
    [("pt_br.UTF-8", "pt-BR"), ("EN-us", "en-US"), ("zh-hans-cn", "zh-Hans-CN"), ("iw", "he"), ("es-419", "es-419")],
)
def test_language_tags(tag: str, expected: str) -> None:
    assert canonical(tag, "here") == expected


def test_languages_compare_as_files_write_them() -> None:
    assert same_language("pt_BR", "PT-br")
    assert not same_language("pt", "pt-BR")
    assert primary("zh_Hans") == "zh"
    with pytest.raises(ConfigError, match="here: 'English' is not a language tag"):
        canonical("English", "here")
