"""Writing a copy that is verified before it takes its place."""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import zip_longest
from pathlib import Path
from types import SimpleNamespace

from mtqa.errors import FormatError
from mtqa.formats.splice import markup
from mtqa.inline import Code, Text
from mtqa.model import BilingualFile, Edit, Notice
from mtqa.ports import Format

_FLOW = re.compile(r"<(?:[\w.-]+:)?sub\b[^<]*?(?:/>|>.*</(?:[\w.-]+:)?sub\s*>)", re.DOTALL)
_BUG = "nothing was written; report this file as a bug"


def write_copy(
    format: Format,  # noqa: A002 - the word for it everywhere
    file: BilingualFile,
    edits: Callable[[str], Edit | None],
    destination: Path,
) -> None:
    """Write `file` with the edits (by segment id) to `destination`, whole and verified, or not at all.

    The copy is read again: sources and other targets must be unchanged, edited targets as asked, and it must be
    well-formed if the input is. `edits` is asked about every segment twice, in order. Raises FormatError; also when
    `destination` is the input.
    """
    if destination.resolve() == file.path.resolve():
        raise FormatError(file.label, "the copy would overwrite its input", "choose another output folder")
    with _mapped_errors(destination):
        destination.parent.mkdir(parents=True, exist_ok=True)
        with _temporary(destination) as temporary:
            with temporary.open("wb") as out:
                format.write(file, edits, out)
                out.flush()
                os.fsync(out.fileno())
            _verify_segments(format, file, edits, temporary)
            _verify_well_formed(file, temporary)
            shutil.copymode(file.path, temporary)
            temporary.replace(destination)


@contextlib.contextmanager
def _mapped_errors(destination: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise FormatError(
            destination.name, f"cannot be written ({error.strerror})", "check the folder, its rights and free space"
        ) from error


@contextlib.contextmanager
def _temporary(destination: Path) -> Iterator[Path]:
    """A file beside the destination that is gone on leaving, unless it was moved."""
    handle, name = tempfile.mkstemp(prefix=f".{destination.name[:64]}.", dir=destination.parent)
    os.close(handle)
    try:
        yield Path(name)
    finally:
        Path(name).unlink(missing_ok=True)


def _verify_segments(
    format: Format,  # noqa: A002
    file: BilingualFile,
    edits: Callable[[str], Edit | None],
    copy: Path,
) -> None:
    def ignore(_notice: Notice) -> None:
        """The reader has told already."""

    before = format.read(file, ignore)
    after = format.read(replace(file, path=copy), ignore)
    for old, new in zip_longest(before, after):
        if old is None or new is None or (old.id, old.source) != (new.id, new.source):
            raise FormatError((old or new).id, "the written copy has other segments than the input", _BUG)
        edit = edits(old.id)
        wanted = [old.target if edit is None or edit.target is None else edit.target]
        if old.part_of:
            wanted += [old.target, old.source]  # where its segment has no target for it, or a new one by another edit
        elif wanted == [None] and old.source.blank:
            wanted.append(old.source)  # a target that was made for its sub-flows
        if new.target != wanted[0] and _content(new.target) not in map(_content, wanted):
            raise FormatError(old.id, "the target does not read back as it was asked for", _BUG)


def _content(target: Text | None) -> str:
    """The markup of a target, without its sub-flows, which are segments of their own; not its codes.

    Where codes are plain characters, or pairs by their names, the same markup is read as other codes when some of
    them are lost or added.
    """
    if target is None:
        return ""
    codes = (replace(p, raw=_FLOW.sub("", p.raw)) if isinstance(p, Code) else p for p in target.parts)
    return markup(Text(*codes), "\n").replace("&gt;", ">")


def _verify_well_formed(file: BilingualFile, copy: Path) -> None:
    """A second parser must not find a fault in the copy that it does not find in the input."""
    fault = _fault(copy)
    if fault is not None and _fault(file.path) is None:
        raise FormatError(file.label, f"the written copy is not well-formed ({fault})", _BUG)


def _fault(path: Path) -> str | None:
    """What lxml says against a file; streamed, nothing is fetched or expanded."""
    from lxml import etree

    try:
        with path.open("rb") as source:
            nameless = SimpleNamespace(read=source.read)  # lxml would take the name, and can take only some
            events = etree.iterparse(
                nameless, resolve_entities=False, no_network=True, load_dtd=False, huge_tree=True, collect_ids=False
            )
            for _, node in events:
                node.clear()
                parent = node.getparent()
                while parent is not None and node.getprevious() is not None:
                    del parent[0]
    except etree.XMLSyntaxError as error:
        return str(error)
    return None
