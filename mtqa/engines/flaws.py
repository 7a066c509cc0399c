"""What an answer of a chat model must not be: what a sentence of a translation never looks like.

Each rule is sure rather than complete. What is found is asked for once more, alone, and then has failed.
"""

from __future__ import annotations

import re
import unicodedata

from mtqa.languages import primary
from mtqa.ports import Query

_LEAD_IN = re.compile(
    r"\s*(?:(?:sure|certainly|of course|okay)\b[^\n:]{0,60}:|here(?:'s| is| are)\b[^\n:]{0,80}:"
    r"|(?:the )?(?:translation|translated text)(?: (?:in|into|to) \w+)? ?:)",
    re.IGNORECASE,
)
_NOTE = re.compile(r"\n\s*[(*]*(?:note|explanation|translator's note|alternatives?)\b[^\n]{0,20}:", re.IGNORECASE)
_REFUSAL = re.compile(
    r"\s*(?:i['’]m sorry|i am sorry|sorry|i apologi[sz]e|as an ai\b|i (?:can['’]?t|cannot|am unable to|won['’]t))"
    r"[^\n]{0,120}\b(?:assist|help|translat|comply|provide|fulfil|language model)",
    re.IGNORECASE,
)
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


def leaked(text: str, canary: str, ids: set[str]) -> str:
    """What of the request is repeated in an answer, in words; empty when nothing is."""
    if canary in text:
        return "the answer repeats the instructions of the engine"
    return "the answer contains the id of a text" if any(name in text for name in ids) else ""


def refused(query: Query, text: str) -> str:
    """The words of a refusal in place of a translation; empty when it is none."""
    # Into English, an apology may be what the source says.
    found = None if primary(query.target_lang) == "en" else _REFUSAL.match(text)
    return f"the model declined: {found[0].strip()}" if found and not _REFUSAL.match(query.text) else ""


def chatter(query: Query, text: str) -> str:
    """What the model says around the translation, in words; empty when it says nothing."""
    if "```" in text and "```" not in query.text:
        return "the answer has code fences around it"
    for pattern in (_LEAD_IN, _NOTE):
        found = pattern.search(text) if pattern is _NOTE else pattern.match(text)
        if found and not pattern.search(query.text) and _colons(text) > _colons(query.text):
            return f"the model talks beside the translation: {found[0].strip()}"
    return ""


def _colons(text: str) -> int:
    return text.count(":") + text.count("：")


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
