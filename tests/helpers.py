"""Small makers of nouns for tests."""

from mtqa.inline import Text
from mtqa.model import Candidate, CandidateSet, Failure, Segment


def segment(source: str | Text, **fields: object) -> Segment:
    text = source if isinstance(source, Text) else Text(source)
    known = {"id": "f#1", "file": "f", "unit": "1", "source_lang": "en", "target_lang": "de"} | fields
    return Segment(source=text, **known)  # type: ignore[arg-type]


def candidates(**texts: str | Text) -> tuple[Candidate, ...]:
    return tuple(Candidate(name, text if isinstance(text, Text) else Text(text)) for name, text in texts.items())


def found(source: str | Text, *failures: Failure, **texts: str | Text) -> CandidateSet:
    return CandidateSet(segment(source), candidates(**texts), failures)
