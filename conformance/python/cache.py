"""The folder that keeps what was downloaded and built, and how it is filled: whole or not at all."""

import fcntl
import os
import shutil
import subprocess
from pathlib import Path


class SuiteMissing(Exception):
    """A suite could not be downloaded or built: the run as a whole fails, nothing is skipped silently."""


def root():
    """`${XDG_CACHE_HOME:-~/.cache}/tidemill/conformance`."""
    home = os.environ.get("XDG_CACHE_HOME") or os.path.join(os.path.expanduser("~"), ".cache")
    return Path(home) / "tidemill" / "conformance"


def once(name, fill):
    """The folder `name` of the cache; `fill` makes it at its final place, and is run again if it did not finish."""
    folder = root() / name
    root().mkdir(parents=True, exist_ok=True)
    with open(root() / "lock", "w", encoding="ascii") as lock:
        # Two runs may start at once; the second finds everything in place.
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (folder / "complete").exists():
            shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir(parents=True)
            fill(folder)
            (folder / "complete").touch()
    return folder


def run(what, command, cwd, **options):
    """Runs a step of a build; its output is shown only if it fails."""
    done = subprocess.run(
        command, cwd=cwd, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace", check=False, **options
    )
    if done.returncode != 0:
        tail = "\n".join(done.stdout.splitlines()[-25:])
        raise SuiteMissing(f"{what} failed with status {done.returncode}:\n{tail}")
    return done.stdout
