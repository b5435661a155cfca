"""Finds or builds the programs of others that the benchmarks use. Each is pinned to one version."""

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
    """A Go program. package: the path of its main package in the module."""

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

# The packages of Debian and Ubuntu.
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
    """Return a program's path. If it is missing, it is built or installed into the cache first.

    Raises BenchError, which says what is missing and how to get it.
    """
    if name in MODULES:
        return str(_built(name, MODULES[name]))
    if name in _OWN:
        return str(_OWN[name]())
    path = shutil.which(name)
    if not path:
        message = f"{name} is not on PATH"
        raise BenchError(message, hint=f"apt-get install {PACKAGES.get(name, name)}")
    return path


def install_missing() -> None:
    """Install missing packages, as root on Debian and Ubuntu. Otherwise raise BenchError."""
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
    """Return the version that each program prints, or from which it was built."""
    return {name: MODULES[name].version.lstrip("v") if name in MODULES else _printed(name) for name in names}


def _printed(name: str) -> str:
    done = subprocess.run([program(name), "--version"], capture_output=True, text=True, check=False)
    match = re.search(r"\d+(\.\d+)+", done.stdout + done.stderr)
    return match[0] if match else "unknown"


def _built(name: str, module: Module) -> Path:
    """Build the module as its authors release it, with its own go.mod, go.sum and replacements."""
    target = _home(f"{name}-{module.version}") / name
    if not target.exists():
        _say(f"building {name} {module.version}, once. A large one takes some minutes")
        argv = [_go(), "mod", "download", "-json", f"{module.module}@{module.version}"]
        # In another folder, because the go.mod files of this project must not count here.
        with tempfile.TemporaryDirectory() as folder:
            source = json.loads(_run(argv, Path(folder), f"fetch {name}"))["Dir"]
        _go_build(target, Path(source), module.package)
    return target


def _proxy() -> Path:
    """Build the loopback proxy of this folder. Go's own cache makes that quick."""
    target = _home("bench-proxy") / "bench-proxy"
    _go_build(target, Path(__file__).with_name("proxy"), ".")
    return target


def _go_build(target: Path, source: Path, package: str) -> None:
    with tempfile.TemporaryDirectory(dir=target.parent) as folder:
        new = Path(folder) / target.name
        argv = [_go(), "build", "-trimpath", "-buildvcs=false", "-ldflags", "-s -w", "-o", str(new), package]
        _run(argv, source, f"build {target.name}", env=os.environ | {"CGO_ENABLED": "0"})
        new.rename(target)


def _gsutil() -> Path:
    return _installed(GSUTIL, "gsutil")


def _py_spy() -> Path:
    return _installed(PY_SPY, "py-spy")


def _installed(requirement: str, command: str) -> Path:
    """Install a Python program into its own virtual environment."""
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
    """Return the folder of one program and version, so that a PATH can have just this one."""
    folder = places.cache() / "bin" / name
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def _go() -> str:
    path = shutil.which("go")
    if not path:
        message = "go is not on PATH"
        raise BenchError(message, hint="install Go 1.21 or later")
    return path


def _run(argv: list[str], cwd: Path, what: str, env: dict[str, str] | None = None) -> str:
    done = subprocess.run(argv, cwd=cwd, env=env, capture_output=True, text=True, check=False)
    if done.returncode:
        message = f"cannot {what}: {done.stderr.strip()[-600:]}"
        raise BenchError(message, hint="read the lines above. Packages are fetched with go and pip")
    return done.stdout


def _say(text: str) -> None:
    sys.stderr.write(f"{text}\n")
