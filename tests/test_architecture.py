"""The house: who may import whom, where third-party packages live, and what an import costs."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

import mtqa

ROOT = Path(mtqa.__file__).parent
MODULES = sorted(ROOT.rglob("*.py"))

# Each room with the rooms that it may import from.
BASE = {"errors", "frozen", "inline", "languages"}
NOUNS = BASE | {"model", "facts", "issues", "ports", "rows", "chat_signs", "compiled"}
FAMILIES = {"checks", "consensus", "formats", "engines", "evidence", "metrics"}
OUTER = {"store", "translate", "report"}
ALLOWED = {
    "errors": set(),
    "frozen": set(),
    "inline": BASE,
    "languages": BASE,
    "model": BASE,
    "facts": BASE | {"model"},
    "issues": set(),
    "chat_signs": set(),
    "compiled": set(),
    "ports": BASE | {"model", "facts"},
    "rows": {"ports"},
    **dict.fromkeys(FAMILIES | OUTER, NOUNS),
    "evidence": NOUNS | {"confidence"},
    "confidence": NOUNS,
    "plugins": {"errors"},
    "config": NOUNS | {"consensus", "plugins"},
    "parts": NOUNS | {"formats", "plugins", "config", "confidence", "store"},
    "inputs": NOUNS | {"formats"},
    "canary": NOUNS | {"checks"},
    "judging": NOUNS | {"checks", "consensus", "metrics", "store"},
    "scoring": NOUNS | {"judging", "confidence", "config", "parts", "plugins", "consensus", "store"},
    "pipeline": NOUNS
    | (FAMILIES - {"evidence"})
    | OUTER
    | {"confidence", "config", "parts", "inputs", "judging", "canary"},
    "review": NOUNS | {"formats", "store", "report", "inputs"},
    "cli": NOUNS
    | OUTER
    | {
        "checks",
        "canary",
        "confidence",
        "evidence",
        "formats",
        "config",
        "parts",
        "inputs",
        "pipeline",
        "plugins",
        "judging",
        "scoring",
        "review",
    },
}
# Third-party package -> the only place that imports it.
HOMES = {
    "httpx": {"engines/http.py"},
    "httpx2": {"engines/http.py"},
    "babel": {"checks"},
    "unicode_rbnf": {"checks"},
    "py3langid": {"checks"},
    "lxml": {"formats"},
    "pyexpat": {"formats"},
    "sacrebleu": {"metrics"},
    "fastchrf": {"metrics"},
    "ctranslate2": {"engines/local_models.py"},
    "sentencepiece": {"engines/local_models.py"},
    "polars": {"store", "report"},
    "xlsxwriter": {"report"},
    "openpyxl": {"review"},
    "numpy": {"consensus", "evidence", "judging", "metrics", "store/lines.py"},
    "orjson": {"store/lines.py"},
    "scipy": {"evidence"},
    "torch": {"metrics/comet"},
    "comet": {"metrics/comet"},
    "huggingface_hub": {"metrics/comet"},
    "onnxruntime": {"metrics/comet"},
    "yaml": {"metrics/comet"},
    "click": {"cli"},
    "rich": {"cli"},
    "platformdirs": {"cli"},
}
HEAVY = [
    "torch",
    "comet",
    "sacrebleu",
    "fastchrf",
    "polars",
    "numpy",
    "scipy",
    "httpx",
    "httpx2",
    "lxml",
    "sqlite3",
    "rich",
]
HEAVY += ["scipy", "xlsxwriter", "openpyxl"]
HEAVY += ["babel", "py3langid", "unicode_rbnf"]


def room_of(path: Path) -> str:
    return path.relative_to(ROOT).parts[0].removesuffix(".py")


def imports_of(path: Path) -> set[str]:
    names = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative import"
            names.add(node.module or "")
    return names


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_import_direction(path: Path) -> None:
    room = room_of(path)
    if room in ("__init__", "__main__"):
        return
    for name in imports_of(path):
        if name.startswith("mtqa."):
            other = name.split(".")[1]
            assert other == room or other in ALLOWED[room], f"{room} imports {name}"


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_one_home_per_package(path: Path) -> None:
    inside = path.relative_to(ROOT).as_posix()
    for name in {name.split(".")[0] for name in imports_of(path)} | (
        {"pyexpat"} if "xml.parsers.expat" in imports_of(path) else set()
    ):
        homes = HOMES.get(name)
        if homes:
            assert any(inside == home or inside.startswith(f"{home}/") for home in homes), f"{inside} imports {name}"


@pytest.mark.parametrize(
    "command", ["import mtqa", "import runpy, sys; sys.argv = ['mtqa', '--help']; runpy.run_module('mtqa')"]
)
def test_imports_stay_light(command: str) -> None:
    probe = (
        f"import sys\ntry:\n    exec({command!r})\nexcept SystemExit:\n    pass\n"
        f"print([name for name in {HEAVY!r} if name in sys.modules], file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", probe], capture_output=True, text=True, check=True)
    assert done.stderr.strip().splitlines()[-1] == "[]"


def test_functions_can_be_seen_whole() -> None:
    lengths = [
        node.end_lineno - node.lineno + 1
        for path in MODULES
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.FunctionDef) and node.end_lineno
    ]
    lengths.sort()
    assert lengths[int(0.9 * len(lengths))] <= 30
    assert lengths[-1] <= 60


def test_modules_are_rooms_not_halls() -> None:
    sizes = {path.relative_to(ROOT).as_posix(): len(path.read_text(encoding="utf-8").splitlines()) for path in MODULES}
    assert {name: size for name, size in sizes.items() if size > 350} == {}
