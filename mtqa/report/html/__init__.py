"""The results as one page for a browser: everything inside, nothing asked of any network.

The page's own policy (Content Security Policy Level 3) holds it to that: only the style and the script of this
package, named by their hashes, may act. What a run says is data, in blocks that no browser executes, and the script
puts it on the page as text, never as markup.
"""

from __future__ import annotations

import json
from base64 import b64encode
from collections.abc import Iterator
from hashlib import sha256
from importlib.resources import files
from itertools import islice
from pathlib import Path
from typing import BinaryIO

from mtqa.errors import StoreError

# In reading order; they share one scope, and the last one starts the page.
_SCRIPTS = ("dom", "text", "diff", "view", "overview", "list", "matrix", "detail", "controls", "main")
_LINES_PER_BLOCK = 500  # the page parses and frees the data block by block
# Harmless inside JSON strings, the only place where they occur, and nothing that ends a block or opens a comment.
_ESCAPES = {
    b"<": rb"\u003c",
    b">": rb"\u003e",
    b"&": rb"\u0026",
    "\u2028".encode(): rb"\u2028",
    "\u2029".encode(): rb"\u2029",
}


class HtmlReport:
    """`run.json` and `segments.jsonl` in one page."""

    suffix = "html"

    def render(self, folder: Path, out: BinaryIO) -> None:
        """Write the page, streaming over the segments. Raises StoreError when the run cannot be read."""
        head, tail = _shell().split("{{data}}")
        out.write(head.encode())
        out.write(_block("run", _manifest(folder / "run.json")))
        lines = _lines(folder / "segments.jsonl")
        while block := b",\n".join(islice(lines, _LINES_PER_BLOCK)):
            out.write(_block("segments", b"[" + block + b"]"))
        out.write(tail.encode())


def _shell() -> str:
    """The page without data: style, script and a policy that allows these two alone."""
    room = files(__package__)
    style = (room / "report.css").read_text(encoding="utf-8")
    script = "".join((room / "script" / f"{name}.js").read_text(encoding="utf-8") for name in _SCRIPTS)
    policy = (
        f"default-src 'none'; style-src '{_digest(style)}'; script-src '{_digest(script)}'; "
        "base-uri 'none'; form-action 'none'"
    )
    page = (room / "page.html").read_text(encoding="utf-8")
    return page.replace("{{policy}}", policy).replace("{{style}}", style).replace("{{script}}", script)


def _digest(text: str) -> str:
    return f"sha256-{b64encode(sha256(text.encode()).digest()).decode()}"


def _block(kind: str, data: bytes) -> bytes:
    for character, escape in _ESCAPES.items():
        data = data.replace(character, escape)
    return b'<script type="application/json" data-block="%b">%b</script>\n' % (kind.encode(), data)


def _manifest(path: Path) -> bytes:
    try:
        return _checked(path.read_bytes())
    except (OSError, ValueError) as error:
        raise StoreError(str(path), f"cannot be read ({error})", "run again") from error


def _lines(path: Path) -> Iterator[bytes]:
    number = 0
    try:
        with path.open("rb") as lines:
            for line in lines:
                number += 1
                yield _checked(line).strip()
    except (OSError, ValueError) as error:
        raise StoreError(f"{path}:{number}", f"cannot be read ({error})", "run again") from error


def _checked(data: bytes) -> bytes:
    """`data`, one JSON object. A damaged one would leave the reader with an empty page."""
    if not isinstance(json.loads(data, parse_constant=_no_number), dict):
        raise ValueError("not a JSON object")  # noqa: TRY004 - a fault of the file, mapped by the caller
    return data


def _no_number(name: str) -> None:
    raise ValueError(f"{name} is not a number")
