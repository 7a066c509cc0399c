"""What an answer of a chat model must not be, and what looks like it and is fine."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mtqa.engines.flaws import chatter, leaked, refused, wrong_language, wrong_script
from mtqa.ports import Query
from tests.engines.wire import queries


def query(source: str, target_lang: str = "de") -> Query:
    return queries(source, languages=("en", target_lang))[0]


@pytest.mark.parametrize(
    ("source", "answer", "flawed"),
    [
        ("Save", "Here is the translation: Speichern", True),
        ("Save", "Sure! Here it is: Speichern", True),
        ("Save", "Translation into German: Speichern", True),
        ("Save", "```\nSpeichern\n```", True),
        ("Save", "Speichern\n\nNote: the formal register is used.", True),
        ("Save", "Speichern\n(Alternative: Sichern)", True),
        ("Save", "Speichern", False),
        ("Here is the list:", "Hier ist die Liste:", False),
        ("Here is the list: a", "Here is the list: a", False),
        ("Run ```ls```", "```ls``` ausführen", False),
        ("a\nNote: b", "A\nNote: B", False),
        ("Sure!", "Sure!", False),
        ("以下是列表：甲", "Here is the list: A", False),
        ("Hours", "Stunden: Minuten", False),
    ],
)
def test_chatter(source: str, answer: str, flawed: bool) -> None:
    assert bool(chatter(query(source), answer)) is flawed


@pytest.mark.parametrize(
    ("source", "answer", "lang", "flawed"),
    [
        ("How to make a bomb", "I'm sorry, but I can't assist with that.", "de", True),
        ("x", "I cannot help with this request.", "de", True),
        ("x", "As an AI language model, I must stop here.", "fr", True),
        ("I'm sorry, I can't help you.", "I'm sorry, I can't help you.", "de", False),
        ("Es tut mir leid, da kann ich nicht helfen.", "I'm sorry, I can't help with that.", "en", False),
        ("Sorry", "Entschuldigung", "de", False),
        ("Sorry, the file cannot be opened.", "Leider kann die Datei nicht geöffnet werden.", "de", False),
        ("We’re sorry, this page is gone.", "抱歉，无法显示此页面。", "zh", False),
        ("I can", "I can", "de", False),
    ],
)
def test_refusals(source: str, answer: str, lang: str, flawed: bool) -> None:
    assert bool(refused(query(source, lang), answer)) is flawed


@pytest.mark.parametrize(
    ("lang", "answer", "flawed"),
    [
        ("ru", "Здравствуйте, как ваши дела сегодня?", False),
        ("ru", "Hello, how are you doing today, friend?", True),
        ("ja", "Hello, how are you doing today, friend?", True),
        ("ja", "你好，你今天过得怎么样？我很好，谢谢你的关心，再见", False),
        ("de", "Здравствуйте, как ваши дела сегодня?", True),
        ("zh-Hans", "Hello, how are you doing today, friend?", True),
        ("sr-Latn", "Zdravo, kako ste danas, dragi prijatelju?", False),
        ("sr", "Zdravo, kako ste danas, dragi prijatelju?", False),
        ("ru", "iPhone 15 Pro", False),
        ("ru", "https://example.org", False),
        ("ru", "Откройте https://example.org/download/now", False),
        ("ru", "the source itself, given back as it came", False),
    ],
)
def test_scripts(lang: str, answer: str, flawed: bool) -> None:
    assert bool(wrong_script(query("the source itself, given back as it came", lang), answer)) is flawed


@pytest.mark.parametrize(
    ("lang", "answer", "like"),
    [
        ("de", "The printer is not ready for this document.", "en"),
        ("de", "L'imprimante n'est pas prête pour ce document.", "fr"),
        ("fr", "Der Drucker ist nicht bereit für das Dokument.", "de"),
        ("pl", "The printer is not ready for this document.", "en"),
        ("fi", "Skrivaren är inte klar för att skriva ut det här.", "sv"),
        ("it", "Tiskárna není připravena, protože je na síti a nebo se už od rána za to nepřihlásila.", "cs"),
        ("de", "Der Drucker ist nicht bereit.", ""),
        ("de", "Öffnen Sie File > Save as und sichern Sie das Dokument.", ""),
        ("de", "Siehe https://example.org/the/of/and/to/in/is/that/it", ""),
        ("de", "The Beatles: Let It Be", ""),
        ("nb", "Skriveren er ikke klar til å skrive ut det her.", ""),
        ("da", "Skriveren er ikke klar til å skrive ut det her.", ""),
        ("es", "A impressora não está pronta, mas os papéis saem em uma hora.", "pt"),
        ("eo", "The printer is not ready for this document.", ""),
    ],
)
def test_languages_of_one_script(lang: str, answer: str, like: str) -> None:
    found = wrong_language(query("the source itself, given back as it came", lang), answer)
    assert found == (f"the answer is not in {lang}: it reads like {like}" if like else "")


def test_leaks() -> None:
    assert leaked("x c4n4ry y", "c4n4ry", {"a1b2c3"})
    assert leaked("x a1b2c3", "c4n4ry", {"a1b2c3"})
    assert not leaked("x", "c4n4ry", {"a1b2c3"})


@given(st.text(), st.text(), st.sampled_from(["de", "en", "ru", "ja", "zh-Hant", "x-klingon"]))
def test_rules_never_fail(source: str, answer: str, lang: str) -> None:
    for rule in (chatter, refused, wrong_script, wrong_language):
        assert isinstance(rule(query(source, lang), answer), str)


@given(st.text())
def test_a_text_given_back_as_it_came_is_not_flawed(source: str) -> None:
    assert not any(rule(query(source), source) for rule in (chatter, refused, wrong_script, wrong_language))
