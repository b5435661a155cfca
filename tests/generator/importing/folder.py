"""Where the values files of other people are."""

from pathlib import Path

SAMPLES = Path(__file__).parent / "samples"
