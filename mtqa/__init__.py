"""mtqa: machine-translation quality assurance by consensus."""

__version__ = "0.1.0"
