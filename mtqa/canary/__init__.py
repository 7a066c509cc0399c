"""Canaries: known errors, planted in copies of good candidates, to see which of them the checks notice.

Nothing planted is ever stored or written: copies are made, checked and dropped, and what comes back is counts.
"""

from mtqa.canary.measure import Measured, interval, measure, sample, sites_of
from mtqa.canary.plant import KINDS, Site

__all__ = ["KINDS", "Measured", "Site", "interval", "measure", "sample", "sites_of"]
