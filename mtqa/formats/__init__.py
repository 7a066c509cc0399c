"""Bilingual files: recognised by content, read as segments, written back byte for byte."""

from mtqa.formats.copying import write_copy
from mtqa.formats.detection import detect

__all__ = ["detect", "write_copy"]
