"""Tars that an attacker would write, and the members they are made of."""

import io
import tarfile


def tar_of(*members: tarfile.TarInfo, data: bytes = b"x", kind: int = tarfile.PAX_FORMAT) -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w", format=kind) as archive:
        for member in members:
            if member.isreg():
                member.size = len(data)
            archive.addfile(member, io.BytesIO(data))
    return buffer.getvalue()


def member(name: str, kind: bytes = tarfile.REGTYPE, link: str = "") -> tarfile.TarInfo:
    info = tarfile.TarInfo(name)
    info.type, info.linkname = kind, link
    return info


HOSTILE = {
    "out": [member("../outside")],
    "out, later": [member("neo4j/../../outside")],
    "absolute and out": [member("/../outside")],
    "symbolic link": [member("neo4j", tarfile.SYMTYPE, "/etc")],
    "hard link": [member("neo4j", tarfile.LNKTYPE, "/etc/passwd")],
    "device": [member("null", tarfile.CHRTYPE)],
    "block device": [member("disk", tarfile.BLKTYPE)],
    "FIFO": [member("pipe", tarfile.FIFOTYPE)],
    "twice": [member("neostore"), member("neostore")],
    "twice, by a dot": [member("neostore"), member("./neostore")],
    "case": [member("neostore"), member("NeoStore")],
    "file, then folder": [member("neo4j"), member("neo4j/neostore")],
    "folder between, then file": [member("neo4j/neostore"), member("neo4j")],
    "case of folders": [member("neo4j/neostore"), member("Neo4j/other")],
    "folder, then file": [member("neo4j", tarfile.DIRTYPE), member("neo4j")],
    "control character": [member("neo\n4j")],
    "too long a name": [member("n" * 256)],
    "too long a path": [member("n/" * 600 + "n")],
    "the folder itself": [member("./")],
}
