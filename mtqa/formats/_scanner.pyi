from collections.abc import Callable, Iterator
from typing import Any, Self

class Scanner:
    number: int
    check_ids: bool
    @property
    def handed(self) -> int: ...
    @property
    def unread(self) -> int: ...
    def __new__(
        cls,
        label: str,
        surround: Callable[[bytes, int, int], tuple[Any, ...] | None],
        leave: Callable[[], tuple[Any, ...]],
        names: tuple[tuple[bytes, int], ...],
        max_depth: int,
        max_unit: int,
        max_elements: int,
        chunk: int,
        remembered: int,
        number: int,
        write: bool,
    ) -> Self: ...
    def feed(self, chunk: bytes, final: bool = False, /) -> bool: ...
    def filled(self, recipe: tuple[bytes | int | None, ...], content: bytes, /) -> bytes: ...
    def __iter__(self) -> Iterator[Any]: ...
    def __next__(self) -> Any: ...  # noqa: ANN401 - what the plans say
