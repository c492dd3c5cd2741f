import os
import shutil
import subprocess
from pathlib import Path

import pytest

from private_index import PrivateIndex

PROJECT = Path(__file__).parent / "project"


@pytest.fixture
def registry():
    """The registry the images go to; tests that build need a registry, an engine and IMAGESPEC_CLI."""
    return os.environ.get("TEST_REGISTRY", "localhost:5000")


@pytest.fixture
def project(tmp_path, monkeypatch):
    """A copy of the example project, as the working directory."""
    folder = tmp_path / "project"
    shutil.copytree(PROJECT, folder, ignore=shutil.ignore_patterns("__pycache__"))
    monkeypatch.chdir(folder)
    return folder


@pytest.fixture
def run_in():
    """Runs a command in a new container of an image and returns what it printed."""

    def run(image, *command, volumes=()):
        mounts = [argument for volume in volumes for argument in ("-v", volume)]
        argv = ["docker", "run", "--rm", *mounts, image, *command]
        done = subprocess.run(argv, capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
        return done.stdout.strip()

    return run


@pytest.fixture
def private_index():
    with PrivateIndex() as index:
        yield index
