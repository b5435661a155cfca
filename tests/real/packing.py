"""Archives of real stores, as they are or damaged."""

import io
import tarfile
from pathlib import Path


def packed(folder: Path, name: str, **changed: bytes) -> bytes:
    """Return an archive of a folder. changed: files with other contents, by name with `_` for a dot."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w:gz", compresslevel=1) as archive:
        for path in sorted(each for each in folder.rglob("*") if each.is_file()):
            content = changed.get(path.name.replace(".", "_"), path.read_bytes())
            member = archive.gettarinfo(path, f"{name}/{path.relative_to(folder)}")
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))
    return buffer.getvalue()


def tar_gz(folder: Path, entries: str) -> bytes:
    """Return an archive of `folder` whose entries are below `entries`, a leading slash kept."""

    def named(info: tarfile.TarInfo) -> tarfile.TarInfo:
        info.name = entries + info.name.removeprefix("store")
        return info

    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w:gz") as archive:
        archive.add(folder, "store", filter=named)
    return buffer.getvalue()
