"""Small bilingual files, and short ways to read and to write them."""

import io
import os
from collections.abc import Mapping
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

    def __init__(self, tmp_path: Path, kind: str, content: str | bytes, target_lang: str | None = None) -> None:
        self.format = FORMATS[kind]
        path = tmp_path / f"sample.{kind}"
        path.write_bytes(content.encode("utf-8") if isinstance(content, str) else content)
        self.file = BilingualFile(path, "sample", None, target_lang)
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


def edit(*target: object, status: Status = Status.AGREED, **fields: object) -> Edit:
    text = Text(*target) if target else None  # type: ignore[arg-type]
    return Edit(status, text, **fields)  # type: ignore[arg-type]
