"""The archives of eight databases, for one request. Each holds the same store, made once."""

import json
import shutil
from dataclasses import replace

from bench.contenders import MANY
from bench.objects import publish
from bench.sets import STAMP, Sets, Size, gzip, pack, write_store, write_tar

from bench import servers

BUCKET = "many"

_SHARE = 8
_FILES = 40


def make(sets: Sets) -> Sets:
    """Return the sets with the eight archives added. The first call makes them: each has an eighth of the large set."""
    kept = sets.top / "many.json"
    if not kept.exists():
        target = sets.objects / BUCKET
        shutil.rmtree(target, ignore_errors=True)
        size = Size("many", sets.size.store_bytes // _SHARE, _FILES, _FILES)
        with servers.working(sets.top) as work:
            manifest = dict(write_store(work / "store", size))
            for name in MANY:
                write_tar(work / "store", manifest, work / "tar", name)
                pack(work / "tar", target / f"{name}-{STAMP}.tar.gz", gzip())
        publish(target)
        kept.write_text(json.dumps(manifest))
    manifest = {name: (size, crc) for name, (size, crc) in json.loads(kept.read_text()).items()}
    return replace(sets, manifests=sets.manifests | {"many": manifest})
