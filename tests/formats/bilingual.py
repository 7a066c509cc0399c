"""Small bilingual files, and short ways to read and to write them."""

import io
import os
import re
from collections.abc import Collection, Mapping
from pathlib import Path

from mtqa.formats.tmx import Tmx
from mtqa.formats.xliff1 import Xliff1
from mtqa.formats.xliff2 import Xliff2
from mtqa.inline import Text
from mtqa.model import BilingualFile, Edit, Notice, Segment, Status
from mtqa.ports import Format

FORMATS: dict[str, Format] = {"xliff1": Xliff1(), "xliff2": Xliff2(), "tmx": Tmx()}

XLIFF12 = """<?xml version="1.0" encoding="UTF-8"?>
<xliff version="1.2" xmlns="urn:oasis:names:tc:xliff:document:1.2">
  <file original="a.html" source-language="en" target-language="de" datatype="html">
    <body>
{}
    </body>
  </file>
</xliff>
"""
XLIFF20 = """<?xml version="1.0" encoding="UTF-8"?>
<xliff xmlns="urn:oasis:names:tc:xliff:document:2.0" version="2.0" srcLang="en" trgLang="de">
  <file id="f1">
{}
  </file>
</xliff>
"""
TMX14 = """<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE tmx SYSTEM "tmx14.dtd">
<tmx version="1.4">
  <header creationtool="t" creationtoolversion="1" segtype="sentence" o-tmf="t" adminlang="en" srclang="en"
    datatype="html"/>
  <body>
{}
  </body>
</tmx>
"""
WRAPPERS = {"xliff1": XLIFF12, "xliff2": XLIFF20, "tmx": TMX14}


def folder(variable: str) -> Path | None:
    """The folder that an environment variable names, if it is set."""
    return Path(os.environ[variable]) if os.environ.get(variable) else None


class Sample:
    """A file of one format on disk."""

    def __init__(
        self,
        tmp_path: Path,
        kind: str,
        content: str | bytes,
        target_lang: str | None = None,
        profile: str | None = None,
    ) -> None:
        self.format = FORMATS[kind]
        path = tmp_path / f"sample.{kind}"
        path.write_bytes(content.encode("utf-8") if isinstance(content, str) else content)
        self.file = BilingualFile(path, "sample", None, target_lang, profile)
        self.notices: list[Notice] = []

    @classmethod
    def of(cls, tmp_path: Path, kind: str, units: str, target_lang: str | None = None) -> "Sample":
        return cls(tmp_path, kind, WRAPPERS[kind].format(units), target_lang)

    @property
    def content(self) -> bytes:
        return self.file.path.read_bytes()

    def segments(self) -> list[Segment]:
        return list(self.format.read(self.file, self.notices.append))

    def written(self, edits: Mapping[int, Edit]) -> bytes:
        """The file with edits by segment number, from 1."""
        out = io.BytesIO()
        self.format.write(self.file, {f"sample#{n}": edit for n, edit in edits.items()}.get, out)
        return out.getvalue()

    def rewritten(self, edits: Mapping[int, Edit]) -> str:
        """The same as text; the file is replaced by it."""
        content = self.written(edits)
        self.file.path.write_bytes(content)
        return content.decode("utf-8")


# What writing may add or change: targets, what mtqa put beside them, and what is said of them in attributes.
_OURS = re.compile(
    r"""<(?P<alt>(?:\w+:)?(?:alt-trans|match))\b[^>]*\borigin="mtqa:.*?</(?P=alt)>
    |<(?P<note>(?:\w+:)?note)\b[^>]*(?:from|category)="mtqa".*?</(?P=note)>
    |<note>mtqa:\ .*?</note> | <prop\ type="x-mtqa:(?:status|agreement|locQualityIssueType)">.*?</prop>
    |<(?P<meta>(?:\w+:)?metaGroup)\b[^>]*\bcategory="mtqa".*?</(?P=meta)>
    |<(?P<tuv>(?:\w+:)?tuv)\b[^>]*\bcreationid="mtqa".*?</(?P=tuv)>
    |<(?P<target>(?:\w+:)?target)\b(?:[^>"']|"[^"]*"|'[^']*')*?(?:/>|>.*?</(?P=target)\s*>)
    |<(?P<empty>(?:\w+:)?(?:notes|matches|metadata))\b[^>]*>\s*</(?P=empty)>""",
    re.DOTALL | re.VERBOSE,
)
_SAID = re.compile(
    r"""\s(?:conf|origin|origin-system|percent|text-match|struct-match|state|subState|id|trgLang|target-language
    |mq:status|mq:percent|m:trans-origin|m:score|m:gross-score)\s*=\s*(?:"[^"]*"|'[^']*')|/(?=>)|\s+""",
    re.VERBOSE,
)


def bare(content: bytes) -> str:
    """A file without all that writing may change in it; white space and self-closing are no difference."""
    declared = re.search(rb"encoding=.([\w-]+)", content.replace(b"\0", b"")[:200])
    encoding = declared[1].decode() if declared else "utf-8"
    text = content.decode("utf-16" if b"\0" in content[:4] else encoding)
    for _ in range(2):  # a container that holds only what is ours is empty the second time
        text = _OURS.sub("", text)
    return _SAID.sub("", text)


def reads_back(old: Segment, new: Segment, edits: Mapping[str, Edit], owners: Collection[str]) -> bool:
    """Whether a target is what was asked for; of `owners`, whose codes hold sub-flows, the text alone.

    A sub-flow has no place where the target of its segment has no code for it, and stays as it is in a new one.
    """
    edit = edits.get(old.id)
    wanted = edit.target if edit and edit.target is not None else old.target
    if old.part_of:
        return new.target in (wanted, old.target, old.source)
    if old.id in owners:
        return edit is None or (new.target or Text()).plain == (wanted or Text()).plain
    return (new.target or Text()) == (wanted or Text())


def edit(*target: object, status: Status = Status.AGREED, **fields: object) -> Edit:
    text = Text(*target) if target else None  # type: ignore[arg-type]
    return Edit(status, text, **fields)  # type: ignore[arg-type]
