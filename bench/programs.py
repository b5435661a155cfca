"""The programs of others that are compared with, or serve: found, or built once, each pinned to one version."""

import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from bench.errors import BenchError

from bench import places


@dataclass(frozen=True)
class Module:
    """A Go program: its module, its version, and where in the module its main package is."""

    module: str
    version: str
    package: str = "."


MODULES = {
    "fake-gcs-server": Module("github.com/fsouza/fake-gcs-server", "v1.56.1"),
    "rclone": Module("github.com/rclone/rclone", "v1.76.0"),
    "helmfile": Module("github.com/helmfile/helmfile", "v1.8.0"),
}

GSUTIL = "gsutil==5.38"

PY_SPY = "py-spy==0.4.1"

# Debian's and Ubuntu's packages.
PACKAGES = {
    "curl": "curl",
    "eatmydata": "eatmydata",
    "igzip": "isal",
    "openssl": "openssl",
    "pigz": "pigz",
    "tar": "tar",
    "zstd": "zstd",
}


def program(name: str) -> str:
    """Return a program's path, built or installed into the cache first where it is not there.

    Raises BenchError that says what is missing and how to get it.
    """
    if name in MODULES:
        return str(_built(name, MODULES[name]))
    if name in _OWN:
        return str(_OWN[name]())
    found = shutil.which(name)
    if not found:
        message = f"{name} is not on PATH"
        raise BenchError(message, hint=f"apt-get install {PACKAGES.get(name, name)}")
    return found


def install_missing() -> None:
    """Install the packages whose programs are not there, as root on Debian and Ubuntu; else raise BenchError."""
    missing = [package for name, package in PACKAGES.items() if not shutil.which(name)]
    if not missing:
        return
    apt = shutil.which("apt-get")
    if not apt or os.geteuid():
        message = f"programs of these packages are not on PATH: {', '.join(missing)}"
        raise BenchError(message, hint=f"install them: apt-get install {' '.join(missing)}")
    _say(f"installing {', '.join(missing)}")
    _run([apt, "update", "-qq"], Path.cwd(), "update the list of packages")
    _run([apt, "install", "-y", "-qq", *missing], Path.cwd(), f"install {', '.join(missing)}")


def versions(names: list[str]) -> dict[str, str]:
    """Return what each program says of its version, or the version it was built from."""
    return {name: MODULES[name].version.lstrip("v") if name in MODULES else _asked(name) for name in names}


def _asked(name: str) -> str:
    done = subprocess.run([program(name), "--version"], capture_output=True, text=True, check=False)
    found = re.search(r"\d+(\.\d+)+", done.stdout + done.stderr)
    return found[0] if found else "unknown"


def _built(name: str, module: Module) -> Path:
    """Build the module as its authors release it: its own go.mod and go.sum, replacements included."""
    made = _home(f"{name}-{module.version}") / name
    if not made.exists():
        _say(f"building {name} {module.version}, once; some minutes for the large ones")
        argv = [_go(), "mod", "download", "-json", f"{module.module}@{module.version}"]
        # Elsewhere than in this project: its go.mod files do not count here.
        with tempfile.TemporaryDirectory() as folder:
            source = json.loads(_run(argv, Path(folder), f"fetch {name}"))["Dir"]
        _go_build(made, Path(source), module.package)
    return made


def _proxy() -> Path:
    """Build the loopback proxy of this folder; Go's own cache makes that quick."""
    made = _home("bench-proxy") / "bench-proxy"
    _go_build(made, Path(__file__).with_name("proxy"), ".")
    return made


def _go_build(made: Path, source: Path, package: str) -> None:
    with tempfile.TemporaryDirectory(dir=made.parent) as folder:
        new = Path(folder) / made.name
        argv = [_go(), "build", "-trimpath", "-buildvcs=false", "-ldflags", "-s -w", "-o", str(new), package]
        _run(argv, source, f"build {made.name}", env=os.environ | {"CGO_ENABLED": "0"})
        new.rename(made)


def _gsutil() -> Path:
    return _installed(GSUTIL, "gsutil")


def _py_spy() -> Path:
    return _installed(PY_SPY, "py-spy")


def _installed(requirement: str, command: str) -> Path:
    """Install a Python program into an environment of its own."""
    home = places.cache() / "bench-venv" / requirement
    if not (home / "bin" / command).exists():
        _say(f"installing {requirement}, once")
        shutil.rmtree(home, ignore_errors=True)
        _run([sys.executable, "-m", "venv", str(home)], Path.cwd(), f"make {home}")
        pip = [str(home / "bin" / "pip"), "install", "--quiet", "--disable-pip-version-check", requirement]
        _run(pip, Path.cwd(), f"install {requirement}")
    return home / "bin" / command


_OWN: dict[str, Callable[[], Path]] = {"bench-proxy": _proxy, "gsutil": _gsutil, "py-spy": _py_spy}


def _home(name: str) -> Path:
    """Return a folder of its own for each program and version, to be put on a PATH alone."""
    folder = places.cache() / "bin" / name
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def _go() -> str:
    found = shutil.which("go")
    if not found:
        message = "go is not on PATH"
        raise BenchError(message, hint="install Go 1.21 or later")
    return found


def _run(argv: list[str], cwd: Path, what: str, env: dict[str, str] | None = None) -> str:
    done = subprocess.run(argv, cwd=cwd, env=env, capture_output=True, text=True, check=False)
    if done.returncode:
        message = f"cannot {what}: {done.stderr.strip()[-600:]}"
        raise BenchError(message, hint="read the lines above; packages come by the ordinary clients go and pip")
    return done.stdout


def _say(text: str) -> None:
    sys.stderr.write(f"{text}\n")
