"""mtqa: machine-translation quality assurance by consensus."""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from mtqa.scoring import score as score

__version__ = "0.1.0"
__all__ = ["__version__", "score"]


def __getattr__(name: str) -> Any:  # noqa: ANN401 - public names are loaded on first use: importing mtqa costs nothing
    if name == "score":
        from mtqa.scoring import score

        return score
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
