"""Files damaged in every way that files are, and in some that only fuzzing thinks of."""

import random
import re
from collections.abc import Callable
from functools import cache
from pathlib import Path

from tests.formats.bilingual import WRAPPERS, folder
from tests.formats.test_round_trip import UNITS

SAMPLES = Path(__file__).parents[2] / "sample_files"
ENCODINGS = ("utf-8", "utf-16", "us-ascii", "windows-1252", "shift_jis", "gb18030", "utf-7", "utf-32", "koi8-r")
FRAGMENTS = (
    *(b"<", b">", b"&", b'"', b"'", b"\0", b"\xff", b"\xc3", b"\xed\xa0\x80", b"\r", b"]]>", b"<![CDATA[", b"<!--"),
    *(b"-->", b"<?x", b"?>", b"&#0;", b"&#xD800;", b"&amp;", b"&nbsp;", b"<x/>", b"</source>", b"<target/>", b"<sub>"),
    *(
        b'<mrk mtype="seg" mid="1">',
        b' xmlns=""',
        b' xmlns:a="b"',
        b' state="final"',
        b' translate="no"',
        b"\xef\xbb\xbf",
    ),
    *(b'<!DOCTYPE xliff [<!ENTITY a "b">]>', b' xml:lang="x y"', b' id="1"', b' xml:space="preserve"'),
)
PLANTS = (
    *(
        b"<!-- </source><target>no</target> -->",
        b"<![CDATA[</target> & <x id='1'/>]]>",
        b"<?pi </seg> ?>",
        b"text &amp;",
    ),
    *(b"&#x2028;", b"&#13;", b"\r\n", b"<target/>", b"<target>t</target>", b"<source>s</source>", b"<seg>s</seg>"),
    *(
        b"<note>n</note>",
        b"<note from='mtqa'>n</note>",
        b"<note>mtqa: n</note>",
        b"<p:q xmlns:p='u'>r</p:q>",
        b"<segment/>",
    ),
    *(
        b"<alt-trans><target>a</target></alt-trans>",
        b"<alt-trans origin='mtqa:x'/>",
        b"<tuv xml:lang='fi'/>",
        b"<tuv/>",
    ),
    *(
        b"<mrk mtype='seg' mid='1'>m</mrk>",
        b"<sub>s</sub>",
        b"<g id='1' a='>'>g</g>",
        b'<x id="\'>"/>',
        b"<bx id='1'/>",
    ),
    *(
        b"<ec startRef='1'/>",
        b"<sm id='1' translate='no'/>",
        b"<em startRef='1'/>",
        b"<notes/>",
        b"<notes><note/></notes>",
    ),
    *(b"<ignorable><source>i</source></ignorable>", b"<segment><source>s</source></segment>", b"<seg-source/>"),
    *(b"<tuv xml:lang='fi' creationid='mtqa'><seg>o</seg></tuv>", b"<prop type='x-mtqa:status'>agreed</prop>"),
    *(b"<m:matches xmlns:m='urn:oasis:names:tc:xliff:matches:2.0'/>", b"<trans-unit/>", b"<unit id=''/>", b"<tu/>"),
)
TOKEN = re.compile(rb"(<[^<>]*>)")


@cache
def originals() -> dict[str, bytes]:
    """The files that are damaged: the corpus where there is one, and always our own samples."""
    own = {path.name: path.read_bytes() for path in sorted(SAMPLES.iterdir()) if path.suffix in {".xlf", ".tmx"}}
    own |= {kind: WRAPPERS[kind].format(units).encode() for kind, units in UNITS.items()}
    corpus = folder("MTQA_CORPUS")
    paths = sorted(corpus.glob("*/*")) if corpus else []
    return own | {path.name: path.read_bytes() for path in paths if path.suffix != ".py"}


Mutation = Callable[[random.Random, bytes], bytes]


def _range(rng: random.Random, content: bytes) -> tuple[int, int]:
    start = rng.randrange(len(content) + 1)
    return start, min(len(content), start + rng.choice((1, 2, 8, 64, 512)))


def flip(rng: random.Random, content: bytes) -> bytes:
    changed = bytearray(content)
    for _ in range(rng.choice((1, 1, 4, 16))):
        if changed:
            changed[rng.randrange(len(changed))] ^= 1 << rng.randrange(8)
    return bytes(changed)


def cut(rng: random.Random, content: bytes) -> bytes:
    start, end = _range(rng, content)
    return content[:start] + content[end:]


def truncate(rng: random.Random, content: bytes) -> bytes:
    return content[: rng.randrange(len(content) + 1)]


def double(rng: random.Random, content: bytes) -> bytes:
    start, end = _range(rng, content)
    return content[:end] + content[start:end] * rng.choice((1, 1, 3)) + content[end:]


def swap(rng: random.Random, content: bytes) -> bytes:
    (a, b), (c, d) = sorted((_range(rng, content), _range(rng, content)))
    b = min(b, c)
    return content[:a] + content[c:d] + content[b:c] + content[a:b] + content[d:]


def insert(rng: random.Random, content: bytes) -> bytes:
    place = rng.randrange(len(content) + 1)
    return content[:place] + rng.choice(FRAGMENTS) + content[place:]


def tag(rng: random.Random, content: bytes) -> bytes:
    """A tag is removed, doubled, or trades its place with another."""
    tokens = TOKEN.split(content)
    if len(tokens) < 4:
        return content
    one, other = (rng.randrange(1, len(tokens), 2) for _ in range(2))
    match rng.randrange(3):
        case 0:
            tokens[one] = b""
        case 1:
            tokens[one] *= 2
        case _:
            tokens[one], tokens[other] = tokens[other], tokens[one]
    return b"".join(tokens)


def element(rng: random.Random, content: bytes) -> bytes:
    """An element is removed, doubled, moved, hidden, put into another or renamed: the file stays well-formed."""
    piece = _element(rng, content)
    if piece is None:
        return content
    rest = content[: piece.start()] + content[piece.end() :]
    places = [match.end() for match in TOKEN.finditer(rest)] or [0]
    place = rng.choice((piece.start(), piece.start(), rng.choice(places)))
    name, other = piece[1], rng.choice(re.findall(rb"<([A-Za-z:-]+)", content))
    new = rng.choice(
        (
            *(b"", piece[0] * 2, piece[0] * 3, b"<!--" + piece[0].replace(b"--", b"") + b"-->", piece[0]),
            b"<%b>" % other + piece[0] + b"</%b>" % other,
            re.sub(rb"(?<=<)%b\b|(?<=</)%b\b" % (re.escape(name), re.escape(name)), other, piece[0]),
        )
    )
    return rest[:place] + new + rest[place:]


def _element(rng: random.Random, content: bytes) -> re.Match[bytes] | None:
    """Any element, as a match whose first group is its name; where names are nested, what looks like one."""
    tags = list(re.finditer(rb"<([A-Za-z][\w:.-]*)[^<>]*>", content))
    if not tags:
        return None
    start = rng.choice(tags)
    name = re.escape(start[1])
    return re.compile(rb"<(%b)\b(?:[^<>]*/>|[^<>]*>.*?</%b\s*>)" % (name, name), re.DOTALL).match(
        content, start.start()
    )


def plant(rng: random.Random, content: bytes) -> bytes:
    """Something well-formed where a tag ends."""
    places = [match.end() for match in TOKEN.finditer(content)]
    place = rng.choice(places) if places else 0
    return content[:place] + rng.choice(PLANTS) + content[place:]


def attribute(rng: random.Random, content: bytes) -> bytes:
    """An attribute is removed, or gets the value of another."""
    found = list(re.finditer(rb"""\s[\w:-]+=("[^"]*"|'[^']*')""", content))
    if not found:
        return content
    one, other = rng.choice(found), rng.choice(found)
    new = rng.choice((b"", one[0].replace(one[1], other[1])))
    return content[: one.start()] + new + content[one.end() :]


def declare(rng: random.Random, content: bytes) -> bytes:
    """The declaration names another encoding."""
    return re.sub(rb"(?i)(encoding=.)[\w-]+", rb"\1" + rng.choice(ENCODINGS).encode(), content, count=1)


def encode(rng: random.Random, content: bytes) -> bytes:
    """The bytes are of another encoding; the declaration may or may not say so."""
    encoding = rng.choice(ENCODINGS)
    text = (declare(rng, content) if rng.random() < 0.3 else content).decode("utf-8", "replace")
    if rng.random() < 0.5:
        text = re.sub(r"(?i)(encoding=.)[\w-]+", rf"\g<1>{encoding}", text, count=1)
    return text.encode(encoding, "xmlcharrefreplace")


def cross(rng: random.Random, content: bytes) -> bytes:
    """A stretch of another file."""
    other = originals()[rng.choice(list(originals()))]
    start, end = _range(rng, other)
    place, _ = _range(rng, content)
    return content[:place] + other[start:end] + content[place:]


GENTLE: tuple[Mutation, ...] = (element, element, element, plant, plant, attribute)
ROUGH: tuple[Mutation, ...] = (flip, cut, truncate, double, swap, insert, insert, tag, tag, declare, encode, cross)


def mutant(name: str, number: int) -> bytes:
    """The same for the same name and number."""
    rng, content = random.Random(f"{name} {number}"), originals()[name]
    mutations = rng.choice((GENTLE, GENTLE, ROUGH, GENTLE + ROUGH))
    for _ in range(rng.choice((1, 2, 3, 5))):
        content = rng.choice(mutations)(rng, content)
    return content
