"""The results as one page for a browser: everything inside, nothing asked of any network.

The page's own policy (Content Security Policy Level 3) holds it to that: only the style and the script of this
package, named by their hashes, may act. What a run says is data, in blocks that no browser executes, and the script
puts it on the page as text, never as markup.
"""

from __future__ import annotations

import json
from base64 import b64encode
from hashlib import sha256
from importlib.resources import files
from pathlib import Path
from typing import BinaryIO

from mtqa.errors import StoreError
from mtqa.ports import JsonObject
from mtqa.report.html.pack import Packer, parsed

# In reading order; they share one scope, and the last one starts the page.
_SCRIPTS = (
    "dom", "text", "diff", "unpack", "view", "names", "decisions", "overview", "chart", "cards", "strata",
    "calibration", "list", "matrix", "editor", "candidates", "detail", "controls", "search", "exchange", "page", "keys",
    "main",
)  # fmt: skip
# Harmless inside JSON strings, the only place where they occur, and nothing that ends a block or opens a comment.
_ESCAPES = {
    "<": r"\u003c",
    ">": r"\u003e",
    "&": r"\u0026",
    "\u2028": r"\u2028",
    "\u2029": r"\u2029",
}


class HtmlReport:
    """`run.json` and `segments.jsonl` in one page."""

    suffix = "html"

    def render(self, folder: Path, out: BinaryIO) -> None:
        """Write the page, streaming over the segments. Raises StoreError when the run cannot be read."""
        write_page(folder, out, served=False)


def write_page(folder: Path, out: BinaryIO, *, served: bool) -> None:
    """The page of a run. `served`: it talks to the server that it comes from, and to nobody else."""
    head, tail = shell(served=served).split("{{data}}")
    out.write(head.encode())
    out.write(_block("run", _manifest(folder / "run.json")))
    packer = Packer(folder / "segments.jsonl")
    out.writelines(_packed("segments", block) for block in packer.blocks())
    out.writelines(_packed("rows", block) for block in packer.rows)
    out.write(_block("page", {"fingerprint": packer.fingerprint, "served": served}))
    out.write(tail.encode())


def shell(*, served: bool) -> str:
    """The page without data: style, script and a policy that allows these two alone."""
    room = files(__package__)
    style = (room / "report.css").read_text(encoding="utf-8")
    script = "".join((room / "script" / f"{name}.js").read_text(encoding="utf-8") for name in _SCRIPTS)
    page = (room / "page.html").read_text(encoding="utf-8")
    policy = policy_of(style, script, served=served)
    return page.replace("{{policy}}", policy).replace("{{style}}", style).replace("{{script}}", script)


def policy_of(style: str, script: str, *, served: bool) -> str:
    """The Content Security Policy of the page."""
    connect = "connect-src 'self'; " if served else ""
    return (
        f"default-src 'none'; style-src '{_digest(style)}'; script-src '{_digest(script)}'; "
        f"{connect}base-uri 'none'; form-action 'none'"
    )


def _digest(text: str) -> str:
    return f"sha256-{b64encode(sha256(text.encode()).digest()).decode()}"


def _packed(kind: str, text: str) -> bytes:
    return f'<script type="text/plain" data-block="{kind}">{text}</script>\n'.encode()


def _block(kind: str, data: JsonObject) -> bytes:
    text = json.dumps(data, separators=(",", ":"))
    for character, escape in _ESCAPES.items():
        text = text.replace(character, escape)
    return f'<script type="application/json" data-block="{kind}">{text}</script>\n'.encode()


def _manifest(path: Path) -> JsonObject:
    try:
        return parsed(path.read_bytes())
    except (OSError, ValueError) as error:
        raise StoreError(str(path), f"cannot be read ({error})", "run again") from error
