import re
from pathlib import Path

TESTS = Path(__file__).parent.parent
KNOWN = 39  # faults in the list of docs/asking.md


def test_every_fault_has_a_test() -> None:
    files = [*TESTS.glob("faults/test_*.py"), TESTS / "test_whole_runs.py"]
    named = {int(number) for file in files for number in re.findall(r'(?:test_fault_|^    ")(\d\d)[_ ]',
             file.read_text(encoding="utf-8"), re.MULTILINE)}  # fmt: skip
    assert named == set(range(1, KNOWN + 1))
