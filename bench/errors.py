"""What can go wrong in a benchmark that is not a contender's own failure."""


class BenchError(Exception):
    """What failed, and in `hint` what to do."""

    def __init__(self, message: str, *, hint: str) -> None:
        """Keep both texts."""
        super().__init__(message)
        self.hint = hint
