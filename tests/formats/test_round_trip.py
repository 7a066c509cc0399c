"""Property: whatever is written into some segments reads back, and nothing else has changed."""

import re
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mtqa.formats import write_copy
from mtqa.inline import Code, Text
from mtqa.model import Edit, Segment, Status
from tests.formats.bilingual import WRAPPERS, Sample

UNITS = {
    "xliff1": """
<trans-unit id="1"><source>One <g id="1">two</g> é<x id="2"/></source></trans-unit>
<trans-unit id="2" translate="no"><source>Left</source><target>alone</target></trans-unit>
<trans-unit id="3">
  <source>A. B.</source>
  <seg-source><mrk mtype="seg" mid="0">A<bx id="1"/>.</mrk> <mrk mtype="seg" mid="1">B<ex id="1"/>.</mrk></seg-source>
</trans-unit>
<trans-unit id="4"><source>Last</source><target state='new' /><note>n</note></trans-unit>
<trans-unit id="5"><source>CR &#13; and tab &#9;</source>
<target xml:space="preserve"><![CDATA[<old>]]></target></trans-unit>""",
    "xliff2": """
<unit id="1"><segment><source>One <pc id="1">two</pc> é<ph id="2"/></source></segment></unit>
<unit id="2"><segment state="final"><source>Left</source><target>alone</target></segment></unit>
<unit id="3">
  <notes><note>n</note></notes>
  <segment id="a"><source>A<sc id="1"/>.</source></segment>
  <ignorable><source> </source></ignorable>
  <segment id="b">
    <source>B<ec startRef="1"/>.</source>
    <target/>
  </segment>
</unit>""",
    "tmx": """
<tu><tuv xml:lang="en"><seg>One <hi>two</hi> é<ph x="2">%s</ph></seg></tuv></tu>
<tu><tuv xml:lang="en"><seg>Kept</seg></tuv><tuv xml:lang="de"><seg>Behalten</seg></tuv></tu>
<tu>
  <prop type="x">y</prop>
  <tuv xml:lang="fr"><seg>Trois</seg></tuv>
  <tuv xml:lang="en"><seg>Three</seg></tuv>
</tu>""",
}
ADDED = re.compile(
    rb'\s*<(target|alt-trans|mtc:matches|note(?= from="mtqa"| category="mtqa")|tuv(?= xml:lang="de" creationid)'
    rb'|prop(?= type="x-mtqa))\b[^>]*?(?:/>|>.*?</\1>)'
    rb"|\s*<note>mtqa: .*?</note>|(?<=<segment)[^>]*",
    re.DOTALL,
)
EMPTY = re.compile(rb"\s*<notes>\s*</notes>")  # what is left of a container that was added
CHARACTERS = st.text(
    st.one_of(
        st.characters(min_codepoint=0x20, exclude_categories=("Cs",), exclude_characters="\ufffe\uffff"),
        st.sampled_from("\t\n\r<>&]'\"é "),
    ),
    max_size=12,
)


@st.composite
def _texts(draw: st.DrawFn, codes: tuple[Code, ...]) -> Text:
    """Any characters, with the codes in their order."""
    parts: list[str | Code] = [draw(CHARACTERS)]
    for code in codes:
        parts += [code, draw(CHARACTERS)]
    return Text(*parts)


def edits_of(draw: st.DrawFn, segments: list[Segment]) -> dict[str, Edit]:
    edits = {}
    for segment in segments:
        free = not segment.protected and not segment.kept
        if free and draw(st.booleans()):
            texts = _texts(segment.source.codes)
            edits[segment.id] = Edit(
                draw(st.sampled_from((Status.AGREED, Status.DIVERGENT))),
                draw(texts),
                draw(st.none() | CHARACTERS),
                tuple((f"e{n}", draw(texts), n) for n in range(draw(st.integers(0, 2)))),
            )
    return edits


@pytest.mark.parametrize("kind", UNITS)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "windows-1252"])
@given(data=st.data())
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_edits_read_back_and_change_nothing_else(tmp_path: Path, kind: str, encoding: str, data: st.DataObject) -> None:
    newline = data.draw(st.sampled_from(("\n", "\r\n")))
    content = WRAPPERS[kind].format(UNITS[kind]).replace("UTF-8", encoding).replace("\n", newline)
    sample = Sample(tmp_path, kind, content.encode(encoding), "de")
    before, segments = sample.content, sample.segments()
    edits = data.draw(st.composite(edits_of)(segments))

    write_copy(sample.format, sample.file, edits.get, tmp_path / "copy")
    written = (tmp_path / "copy").read_bytes()
    sample.file.path.write_bytes(written)
    again = sample.segments()
    assert [(s.id, s.source, s.protected) for s in again] == [(s.id, s.source, s.protected) for s in segments]
    for old, new in zip(segments, again, strict=True):
        wanted = edits[old.id].target if old.id in edits else old.target
        assert (new.target or Text()) == (wanted or Text())
    assert bare(written, encoding) == bare(before, encoding)

    write_copy(sample.format, sample.file, edits.get, tmp_path / "copy")
    assert (tmp_path / "copy").read_bytes() == written


def bare(content: bytes, encoding: str) -> bytes:
    return EMPTY.sub(b"", ADDED.sub(b"", content.decode(encoding).encode()))
