"""The error of a benchmark."""


class BenchError(Exception):
    """A benchmark failed. hint: what to do."""

    def __init__(self, message: str, *, hint: str) -> None:
        """Keep both texts."""
        super().__init__(message)
        self.hint = hint
