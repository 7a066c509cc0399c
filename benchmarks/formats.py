"""Reading and writing large bilingual files, beside other ways to do it.

    python benchmarks/formats.py [--megabytes 100] [--runs 3] [--gigabyte] [--kind xlf]...

Makes an XLIFF 1.2, an XLIFF 2.0 and a TMX in a temporary folder, the same for the same size, and an XLIFF 1.2 (`odd`)
in which no unit is of the shape of another. Every way runs over them in turns, each time in a process of its own: CPU
seconds, and the peak of resident memory. Compare numbers of one run only. `--gigabyte`: files of 1 GB, and only the
ways that stream. docs/performance.md quotes the output.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from statistics import median
from typing import Any
from xml.parsers import expat

WORDS = """the a printer offline cable network please connect device paper tray open close settings page button menü
größe prüfen schließen über fenster öffnen zurück gerät für später äußerst möglich natürlich"""
ENDS = {
    ".xlf": (
        """<?xml version="1.0" encoding="UTF-8"?>
<xliff version="1.2" xmlns="urn:oasis:names:tc:xliff:document:1.2">
<file original="a.html" source-language="en" target-language="de" datatype="html">
<body>
""",
        "</body>\n</file>\n</xliff>\n",
    ),
    ".xlf2": (
        """<?xml version="1.0" encoding="UTF-8"?>
<xliff xmlns="urn:oasis:names:tc:xliff:document:2.0" version="2.0" srcLang="en" trgLang="de">
<file id="f1">
""",
        "</file>\n</xliff>\n",
    ),
    ".tmx": (
        """<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE tmx SYSTEM "tmx14.dtd">
<tmx version="1.4">
<header creationtool="b" creationtoolversion="1" segtype="sentence" o-tmf="b" adminlang="en" srclang="en"
  datatype="html"/>
<body>
""",
        "</body>\n</tmx>\n",
    ),
}
ENDS[".odd"] = ENDS[".xlf"]
TEXTS = {".xlf": ("source", "target"), ".xlf2": ("source", "target"), ".tmx": ("seg",), ".odd": ("source", "target")}
UNITS = {
    ".xlf": "{urn:oasis:names:tc:xliff:document:1.2}trans-unit",
    ".xlf2": "{urn:oasis:names:tc:xliff:document:2.0}unit",
    ".tmx": "tu",
    ".odd": "{urn:oasis:names:tc:xliff:document:1.2}trans-unit",
}
CHUNK = 1 << 18
NEW = "Das ist der neue Satz, der an dieser Stelle stehen soll."


def make(path: Path, megabytes: int) -> None:
    """Sentences of 4 to 40 words; a fifth of them carries inline codes."""
    rng, words, size, number = random.Random(megabytes), WORDS.split(), 0, 0
    unit = {".xlf": _trans_unit, ".xlf2": _unit, ".tmx": _tu, ".odd": _odd}[path.suffix]
    with path.open("w", encoding="utf-8", newline="\n") as file:
        size += file.write(ENDS[path.suffix][0])
        while size < megabytes * 1_000_000:
            number += 1
            count = rng.randint(4, 40)
            source, target = (" ".join(rng.choices(words, k=count)).capitalize() + "." for _ in range(2))
            size += file.write(unit(number, source, target, coded=number % 5 == 0))
        file.write(ENDS[path.suffix][1])


def _trans_unit(number: int, source: str, target: str, *, coded: bool) -> str:
    before, after = ('<g id="1">', '</g> <x id="2"/>') if coded else ("", "")
    return (
        f'  <trans-unit id="u{number}">\n    <source>{before}{source}{after}</source>\n'
        f"    <target>{before}{target}{after}</target>\n  </trans-unit>\n"
    )


def _odd(number: int, source: str, target: str, *, coded: bool) -> str:  # noqa: ARG001 - always coded
    return _trans_unit(number, f'{source}<x id="{number}"/>', f'{target}<x id="{number}"/>', coded=False)


def _unit(number: int, source: str, target: str, *, coded: bool) -> str:
    before, after = ('<pc id="1">', '</pc> <ph id="2"/>') if coded else ("", "")
    return (
        f'  <unit id="u{number}">\n    <segment>\n      <source>{before}{source}{after}</source>\n'
        f"      <target>{before}{target}{after}</target>\n    </segment>\n  </unit>\n"
    )


def _tu(number: int, source: str, target: str, *, coded: bool) -> str:
    before, after = ('<bpt i="1">&lt;b&gt;</bpt>', '<ept i="1">&lt;/b&gt;</ept>') if coded else ("", "")
    return (
        f'<tu tuid="{number}" creationdate="20260101T000000Z" usagecount="{number % 7}">\n'
        '<prop type="x-Origin">TM</prop>\n'
        f'<tuv xml:lang="en"><seg>{before}{source}{after}</seg></tuv>\n'
        f'<tuv xml:lang="de"><seg>{before}{target}{after}</seg></tuv>\n</tu>\n'
    )


def _expat(path: Path, take: Callable[[str], object] | None) -> None:
    """One pass; `take` gets every text. Without it, there are no handlers at all."""
    parser = expat.ParserCreate("utf-8")
    parser.buffer_text = True
    texts, parts = TEXTS[path.suffix], list[str]()

    def start(name: str, _attributes: dict[str, str]) -> None:
        if name in texts:
            parts.clear()

    def end(name: str) -> None:
        if name in texts and take:
            take("".join(parts))

    if take:
        parser.StartElementHandler, parser.EndElementHandler = start, end
        parser.CharacterDataHandler = parts.append
    with path.open("rb") as file:
        while chunk := file.read(CHUNK):
            parser.Parse(chunk, False)
        parser.Parse(b"", True)


def tokens(path: Path) -> None:
    _expat(path, None)


def bare(path: Path) -> None:
    _expat(path, len)


def floor(path: Path) -> None:
    """Nothing but the bare pass and the objects that reading must give."""
    from mtqa.inline import Text
    from mtqa.model import Segment

    waiting: list[Text] = []

    def take(characters: str) -> None:
        waiting.append(Text(characters))
        if len(waiting) == 2:
            source, target = waiting
            waiting.clear()
            Segment(
                id=f"{path}#1", file="f", unit="1", source=source, source_lang="en", target_lang="de", target=target
            )

    _expat(path, take)


def lxml_iterparse(path: Path) -> None:
    from lxml import etree

    unit_tag = UNITS[path.suffix]
    namespace = unit_tag[: unit_tag.rfind("}") + 1]
    tags = [namespace + name for name in TEXTS[path.suffix]]
    for _, unit in etree.iterparse(
        path,
        tag=unit_tag,
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=True,
    ):
        for text in unit.iter(*tags):
            len("".join(text.itertext()))
        unit.clear()
        while unit.getprevious() is not None:
            del unit.getparent()[0]


def translate_toolkit(path: Path) -> None:
    """GPL: it is run here in a process of its own, and no part of mtqa."""
    from importlib import import_module

    stores = {".xlf": ("xliff", "xlifffile"), ".xlf2": ("xliff2", "Xliff2File"), ".tmx": ("tmx", "tmxfile")}
    module, store = stores.get(path.suffix, stores[".xlf"])
    for unit in getattr(import_module(f"translate.storage.{module}"), store).parsefile(str(path)).units:
        len(unit.source or ""), len(unit.target or "")


def _opened(path: Path, target_lang: str) -> tuple[Any, Any]:
    from mtqa.formats.tmx import Tmx
    from mtqa.formats.xliff1 import Xliff1
    from mtqa.formats.xliff2 import Xliff2
    from mtqa.model import BilingualFile

    form = {".xlf2": Xliff2, ".tmx": Tmx}.get(path.suffix, Xliff1)()
    return form, BilingualFile(path, path.name, "en", target_lang)


def _edits() -> Callable[[str], Any]:
    from mtqa.inline import Text
    from mtqa.model import Edit, Status

    edit = Edit(Status.AGREED, Text(NEW))
    return lambda _id: edit


def mtqa_units(path: Path) -> None:
    from mtqa.formats.document import open_document
    from mtqa.formats.passes import units

    with open_document(path, path.name) as document:
        for _ in units(_opened(path, "de")[0], document):
            pass


def mtqa_read(path: Path) -> None:
    reader, file = _opened(path, "de")
    for _ in reader.read(file, lambda _notice: None):
        pass


def mtqa_write(path: Path) -> None:
    """Every segment is edited; a TMX gets a language more, for none of its translations is ever replaced."""
    writer, file = _opened(path, "fr" if path.suffix == ".tmx" else "de")
    with path.with_suffix(".written").open("wb") as out:
        writer.write(file, _edits(), out)


def python_read(path: Path) -> None:
    """Without the compiled scanner."""
    os.environ["MTQA_NO_KERNEL"] = "1"
    mtqa_read(path)


def python_write(path: Path) -> None:
    os.environ["MTQA_NO_KERNEL"] = "1"
    mtqa_write(path)


def mtqa_copy(path: Path) -> None:
    """The same as users get it: read again and compared, checked by libxml2, forced to disk."""
    from mtqa.formats import write_copy

    writer, file = _opened(path, "fr" if path.suffix == ".tmx" else "de")
    write_copy(writer, file, _edits(), path.with_suffix(".copy"))


WAYS: dict[str, tuple[Callable[[Path], None], str]] = {
    "tokens": (tokens, "expat without handlers: is it well-formed?"),
    "bare": (bare, "bare expat pass: every source and target as str"),
    "floor": (floor, "the same, and a Segment made of each two: the floor"),
    "lxml": (lxml_iterparse, "lxml iterparse and clear"),
    "translate": (translate_toolkit, "translate-toolkit"),
    "units": (mtqa_units, "mtqa units: every unit as a tree that knows its bytes"),
    "read": (mtqa_read, "mtqa read: every segment"),
    "write": (mtqa_write, "mtqa write, every segment edited"),
    "python-read": (python_read, "mtqa read, no compiler"),
    "python-write": (python_write, "mtqa write, no compiler"),
    "copy": (mtqa_copy, "mtqa write_copy: written and verified"),
}
STREAMS = ("bare", "read", "write")


def peak() -> float:
    """The highest resident memory of this process so far, in MB; not that of its parent, as getrusage may say."""
    status = Path("/proc/self/status").read_text(encoding="ascii")
    return int(status.split("VmHWM:")[1].split()[0]) * 1024 / 1e6


def measured(way: str, path: Path) -> tuple[float, float] | None:
    """(CPU seconds, MB) of a process that does it once; None when a package for it is missing."""
    done = subprocess.run(  # noqa: S603 - this very file
        [sys.executable, __file__, "--only", way, str(path)], capture_output=True, text=True, check=False
    )
    if done.returncode:
        missing = done.stderr.strip().rsplit("\n", 1)[-1]
        if "No module named 'translate'" not in missing:
            sys.exit(done.stderr)
        return None
    for suffix in (".written", ".copy"):
        path.with_suffix(suffix).unlink(missing_ok=True)
    seconds, megabytes = json.loads(done.stdout)
    return seconds, megabytes


def only(way: str, path: Path) -> None:
    start = time.process_time()
    WAYS[way][0](path)
    print(json.dumps([time.process_time() - start, peak()]))


def table(path: Path, ways: tuple[str, ...], runs: int) -> Iterator[str]:
    size = path.stat().st_size / 1e6
    rounds = [{way: measured(way, path) for way in ways} for _ in range(runs)]
    known = {way: [result for one in rounds if (result := one[way])] for way in ways}
    yield f"\n{path.suffix[1:]}, {size:.0f} MB, medians of {runs}\n"
    yield "| | MB per CPU second | of bare expat | peak RSS, MB |\n|---|---|---|---|"
    speed = {way: size / median(seconds for seconds, _ in found) for way, found in known.items() if found}
    for way in ways:
        name = WAYS[way][1]
        if way not in speed:
            yield f"| {name} | not installed | | |"
            continue
        ratio, memory = speed[way] / speed["bare"], max(megabytes for _, megabytes in known[way])
        yield f"| {name} | {speed[way]:.1f} | {ratio:.2f} | {memory:.0f} |"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--megabytes", type=int, default=100)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--gigabyte", action="store_true")
    parser.add_argument("--kind", action="append", choices=[suffix[1:] for suffix in ENDS])
    parser.add_argument("--only", nargs=2, metavar=("WAY", "FILE"), help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.only:
        only(options.only[0], Path(options.only[1]))
        return
    ways = STREAMS if options.gigabyte else tuple(WAYS)
    with tempfile.TemporaryDirectory() as folder:
        for suffix in [f".{kind}" for kind in options.kind] if options.kind else ENDS:
            path = Path(folder) / f"large{suffix}"
            make(path, 1000 if options.gigabyte else options.megabytes)
            print(*table(path, ways, 1 if options.gigabyte else options.runs), sep="\n", flush=True)
            path.unlink()


if __name__ == "__main__":
    main()
