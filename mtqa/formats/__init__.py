"""Bilingual files: recognised by content, read as segments, written back byte for byte."""

from mtqa.formats.copying import write_copy
from mtqa.formats.detection import detect
from mtqa.formats.glossaries import read_glossary
from mtqa.formats.inspection import Inspection, comes_back, inspect, kinds_of
from mtqa.formats.profiles import PROFILES

__all__ = ["PROFILES", "Inspection", "comes_back", "detect", "inspect", "kinds_of", "read_glossary", "write_copy"]
