"""Prints a configuration for curl, which fetches objects to nowhere: `curl_config.py BUCKET FOLDER URL`."""

import sys
from pathlib import Path
from urllib.parse import quote


def main() -> None:
    """Print it, with the largest objects first."""
    bucket, folder, url = sys.argv[1:]
    files = [path for path in Path(bucket, folder).rglob("*") if path.is_file()]
    for path in sorted(files, key=lambda each: each.stat().st_size, reverse=True):
        key = quote(str(path.relative_to(bucket)), safe="")
        sys.stdout.write(f'url = "{url}{key}?alt=media"\noutput = /dev/null\n')


if __name__ == "__main__":
    main()
