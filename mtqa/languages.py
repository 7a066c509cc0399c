"""Language tags: what files write, and what engines understand (BCP 47, RFC 5646)."""

import re

from mtqa.errors import ConfigError

_TAG = re.compile(r"[a-z]{2,8}(-[a-z]{4})?(-(?:[a-z]{2}|\d{3}))?(-[a-z0-9]{1,8})*", re.IGNORECASE)
_UNSPACED = frozenset({"bo", "dz", "ja", "km", "lo", "my", "th", "yue", "zh"})
_RENAMED = {"iw": "he", "in": "id", "ji": "yi", "no": "nb"}


def canonical(tag: str, where: str) -> str:
    """`tag` in the usual spelling: `pt_br.UTF-8` -> `pt-BR`, `iw` -> `he`, `zh-hans` -> `zh-Hans`.

    Raises ConfigError, naming `where`, when it is not a language tag.
    """
    bare = tag.strip().split(".")[0].replace("_", "-")
    if not _TAG.fullmatch(bare) or len(bare.split("-")[0]) > 3:
        raise ConfigError(
            where, f"{tag!r} is not a language tag", "set source_lang and target_lang (such as en, pt-BR)"
        )
    first, *rest = bare.split("-")
    language = _RENAMED.get(first.lower(), first.lower())
    return "-".join([language, *(_cased(subtag) for subtag in rest)])


def _cased(subtag: str) -> str:
    if len(subtag) == 4 and subtag.isalpha():
        return subtag.title()
    return subtag.upper() if len(subtag) == 2 else subtag.lower()


def primary(tag: str) -> str:
    """The language alone: `pt-BR` -> `pt`."""
    return tag.replace("_", "-").split("-")[0].lower()


def is_spaced(tag: str) -> bool:
    """Whether the language puts spaces between words."""
    return primary(tag) not in _UNSPACED


def same_language(one: str, other: str) -> bool:
    """Whether two tags, as written in files, name the same language and region (case and `_` aside)."""
    return one.replace("_", "-").casefold() == other.replace("_", "-").casefold()


_RIGHT_TO_LEFT = frozenset(["ar", "arc", "ckb", "dv", "fa", "he", "ks", "nqo", "ps", "sd", "syr", "ug", "ur", "yi"])
_RIGHT_TO_LEFT_SCRIPTS = frozenset(["adlm", "arab", "hebr", "nkoo", "rohg", "syrc", "thaa"])


def right_to_left(tag: str) -> bool:
    """Whether the language is written from right to left; a script in the tag decides."""
    language, *rest = tag.replace("_", "-").casefold().split("-")
    script = next((subtag for subtag in rest if len(subtag) == 4 and subtag.isalpha()), None)
    return script in _RIGHT_TO_LEFT_SCRIPTS if script else language in _RIGHT_TO_LEFT
