"""What an answer of a chat model must not be: what a sentence of a translation never looks like.

Each rule is sure rather than complete. What is found is asked for once more, alone, and then has failed.
"""

from __future__ import annotations

import re
import unicodedata

from mtqa.chat_signs import LEAD_IN, NOTE, colons, refusal
from mtqa.languages import primary
from mtqa.ports import Query

_SCRIPTS = {  # of the languages that are written in one way alone
    **dict.fromkeys(("ru", "uk", "be", "bg", "mk", "ky"), ("CYRILLIC",)),
    **dict.fromkeys(("ar", "fa", "ur"), ("ARABIC",)),
    **dict.fromkeys(("hi", "mr", "ne"), ("DEVANAGARI",)),
    **dict.fromkeys(
        (
            *("cs", "da", "de", "en", "es", "et", "fi", "fr", "ga", "hr", "hu", "id", "is", "it", "lt", "lv", "nb"),
            *("nl", "nn", "pl", "pt", "ro", "sk", "sl", "sq", "sv", "tr", "vi"),
        ),
        ("LATIN",),
    ),
    "am": ("ETHIOPIC",),
    "bn": ("BENGALI",),
    "el": ("GREEK",),
    "he": ("HEBREW",),
    "hy": ("ARMENIAN",),
    "ja": ("CJK", "HIRAGANA", "KATAKANA"),
    "ka": ("GEORGIAN",),
    "km": ("KHMER",),
    "ko": ("CJK", "HANGUL"),
    "ta": ("TAMIL",),
    "te": ("TELUGU",),
    "th": ("THAI",),
    "zh": ("CJK",),
}
_LETTERS = 20  # that are needed to tell a script
_WORDS, _FOREIGN, _SHARE = 6, 3, 0.15  # that are needed to tell a language: in all; of another one, and of all
_LETTER_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*")
# The commonest words without which hardly a sentence of the language does.
_COMMON = {
    language: frozenset(words.split())
    for language, words in {
        "cs": "ve na se si je že do to po pro od za by ale jako jsou být které který která nebo jeho aby",
        "da": "og at det er en et den de på til af for med ikke som har der kan vil fra var om ved skal",
        "de": "der die das den dem des und ist sind ein eine einen einer nicht mit auf für zu im in von sie es wird an",
        "en": "the of and to in is that it for with as was on are be this you your by have has not from at an can will "
        "or we they he she but their what which all so do if my more who our about would been when his her its than",
        "es": "el la los las de del que en un una es por con para no se su lo al como más está son",
        "fi": "ja on ei se että hän oli ovat en kun mutta tai niin myös jos voi joka sen ole kuin",
        "fr": "le la les des du de et est une un dans que qui pour pas ne vous sur au aux en sont ce il avec se",
        "hu": "az és hogy nem egy is van ez meg de volt mint el ha csak vagy már",
        "it": "il lo la gli le di del della che un una per non con sono in si da al alla nel ha",
        "nb": "og at det er en et den de på til av for med ikke som har kan vil fra var om ved skal",
        "nl": "de het een en van is in dat niet op te voor met zijn die aan er om als ook naar bij of",
        "pl": "we na ze się nie do że jest to dla od po jak lub przez są oraz jego jej",
        "pt": "os as de do da dos das que em um uma para não com se por no na ao mais como está",
        "ro": "și de la în nu că un pe cu este sunt din pentru al ale sau mai care să se",
        "sk": "vo na sa si je že do to po pre od za by ale ako sú byť ktoré ktorý ktorá alebo jeho aby",
        "sv": "och att det är en ett den de på till av för med inte som har kan vill från var om vid ska",
        "tr": "ve bir bu için da de ile ne olarak daha çok gibi en olan var ki ya her",
    }.items()
}


def leaked(text: str, canary: str, ids: set[str]) -> str:
    """What of the request is repeated in an answer, in words; empty when nothing is."""
    if canary in text:
        return "the answer repeats the instructions of the engine"
    return "the answer contains the id of a text" if any(name in text for name in ids) else ""


def refused(query: Query, text: str) -> str:
    """The words of a refusal in place of a translation; empty when it is none."""
    # Into English, an apology may be what the source says.
    found = None if primary(query.target_lang) == "en" else refusal(text, query.text)
    return f"the model declined: {found[0].strip()}" if found else ""


def chatter(query: Query, text: str) -> str:
    """What the model says around the translation, in words; empty when it says nothing."""
    if "```" in text and "```" not in query.text:
        return "the answer has code fences around it"
    for pattern in (LEAD_IN, NOTE):
        found = pattern.search(text) if pattern is NOTE else pattern.match(text)
        if found and not pattern.search(query.text) and colons(text) > colons(query.text):
            return f"the model talks beside the translation: {found[0].strip()}"
    return ""


def wrong_script(query: Query, text: str) -> str:
    """That an answer has no letter of the target's script, in words; empty when it has, or is too short to tell."""
    tag = query.target_lang
    script_named = any(len(subtag) == 4 and subtag.isalpha() for subtag in tag.split("-")[1:])
    expected = _SCRIPTS.get(primary(tag), ())
    if not expected or (script_named and primary(tag) != "zh") or text == query.text:
        return ""
    letters = [unicodedata.name(character, "") for character in text if character.isalpha()]
    if len(letters) < _LETTERS or any(name.startswith(expected) for name in letters):
        return ""
    return f"the answer is not in {tag}: it has no letter of its script"


def wrong_language(query: Query, text: str) -> str:
    """That an answer is in another language of the same script, in words; empty when it is not, or cannot be told.

    The sign: common words of another language, and not one of the target's. A text given back as it came is none: it
    may be right, and a check tells of it. Of 5940 real English-Czech candidates it marked 16: 14 in English or talking
    English, and two broken addresses. Of 268 English sentences in place of Czech ones it noticed 226
    (benchmarks/languages.py).
    """
    own = _COMMON.get(primary(query.target_lang))
    running = " ".join(piece for piece in text.split() if "/" not in piece)  # without addresses
    words = [word.lower() for word in _LETTER_WORD.findall(running) if len(word) > 1]  # single letters are of all
    if own is None or len(words) < _WORDS or text.casefold() == query.text.casefold():
        return ""
    for language, common in _COMMON.items():
        theirs, ours = common - own, own - common  # what both have says nothing
        found = [word for word in words if word in theirs]
        if len(set(found)) >= _FOREIGN and len(found) >= _SHARE * len(words) and ours.isdisjoint(words):
            return f"the answer is not in {query.target_lang}: it reads like {language}"
    return ""
