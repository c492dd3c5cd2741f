import json
import sys

import pytest
from flytekit import ImageSpec
from flytekit.constants import CopyFileDetection
from flytekit.image_spec import ImageBuildEngine
from flytekit.image_spec.default_builder import get_flytekit_for_pypi

from flytekitplugins.imagespec import stated_priority
from flytekitplugins.imagespec.command import imagespec_command
from flytekitplugins.imagespec.document import spec_document
from flytekitplugins.imagespec.sources import staged_sources


def document(**parameters):
    return spec_document(ImageSpec(name="t", builder="imagespec", **parameters), None)


def test_the_plugin_is_found_and_changes_no_default():
    assert ImageBuildEngine.get_registry()["imagespec"][1] == -1
    assert ImageSpec(name="t").builder == "default"


@pytest.mark.parametrize("text, priority", [("", -1), (" 10 ", 10), ("-5", -5)])
def test_the_environment_states_the_priority(text, priority):
    assert stated_priority({}) == -1
    assert stated_priority({"IMAGESPEC_FLYTEKIT_PRIORITY": text}) == priority


@pytest.mark.parametrize("text", ["high", "1.5", "0x10"])
def test_a_priority_that_is_no_number_is_told(text):
    with pytest.raises(ValueError, match=f"IMAGESPEC_FLYTEKIT_PRIORITY is '{text}'"):
        stated_priority({"IMAGESPEC_FLYTEKIT_PRIORITY": text})


def test_only_what_is_set_travels_under_the_names_of_the_fields():
    assert document(base_image="debian:bookworm-slim") == {
        "name": "t",
        "platform": "linux/amd64",
        "base_image": "debian:bookworm-slim",
        "packages": [get_flytekit_for_pypi()],
    }


@pytest.mark.parametrize("packages", [["flytekit"], ["flytekit==1.16.0"], ["numpy", "flytekit>=1.10"]])
def test_flytekit_is_not_added_where_it_is_named(packages):
    assert document(packages=packages)["packages"] == packages


def test_flytekit_is_not_added_where_requirements_or_a_lock_decide(tmp_path):
    requirements = tmp_path / "requirements.txt"
    requirements.write_text("flytekit==1.16.0\n")
    lock = tmp_path / "uv.lock"
    lock.write_text("version = 1\n")
    assert document(requirements=str(requirements))["packages"] == []
    assert "packages" not in document(requirements=str(lock))


def test_without_a_base_the_python_is_the_one_flytekit_runs_under():
    assert document()["python_version"] == f"{sys.version_info.major}.{sys.version_info.minor}"
    assert document(python_version="3.9")["python_version"] == "3.9"
    assert "python_version" not in document(base_image="debian:bookworm-slim")


def test_conda_forge_comes_first_unless_it_is_named():
    assert document(conda_packages=["cuda"])["conda_channels"] == ["conda-forge"]
    assert document(conda_packages=["cuda"], conda_channels=["nvidia"])["conda_channels"] == ["conda-forge", "nvidia"]
    assert "conda_channels" not in document()


def test_the_document_is_json_whatever_python_values_the_spec_holds():
    spec = document(env={"WORKERS": 4, "STAGE": "dev"}, pip_secret_mounts=[("a", "/etc/pip.conf")], entrypoint=[])
    assert json.loads(json.dumps(spec)) == spec
    assert spec["env"] == {"WORKERS": "4", "STAGE": "dev"}
    assert spec["pip_secret_mounts"] == [["a", "/etc/pip.conf"]]
    assert spec["entrypoint"] == []


def test_runtime_packages_and_the_builder_stay_out():
    assert {"runtime_packages", "builder"}.isdisjoint(document(runtime_packages=["ipdb"]))


def test_sources_are_staged_as_flytekit_lists_them(tmp_path):
    root = tmp_path / "project"
    (root / "pkg" / "__pycache__").mkdir(parents=True)
    (root / "pkg" / "main.py").write_text("")
    (root / "pkg" / "data.csv").write_text("1")
    (root / "pkg" / "__pycache__" / "main.pyc").write_text("")
    stage = tmp_path / "stage"
    stage.mkdir()
    spec = ImageSpec(name="t", source_root=str(root), source_copy_mode=CopyFileDetection.ALL)
    staged = staged_sources(spec, str(stage))
    files = sorted(str(p.relative_to(stage)) for p in stage.rglob("*") if p.is_file())
    assert staged == str(stage / "src")
    assert files == ["src/pkg/data.csv", "src/pkg/main.py"]


def test_no_sources_are_staged_without_a_mode(tmp_path):
    assert staged_sources(ImageSpec(name="t"), str(tmp_path)) is None
    no_copy = ImageSpec(name="t", source_root="x", source_copy_mode=CopyFileDetection.NO_COPY)
    assert staged_sources(no_copy, str(tmp_path)) is None


def test_the_command_comes_from_the_variable_the_path_or_the_project(tmp_path, monkeypatch):
    monkeypatch.setenv("IMAGESPEC_CLI", "node '/a b/cli.js'")
    assert imagespec_command() == ["node", "/a b/cli.js"]
    monkeypatch.delenv("IMAGESPEC_CLI")
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    with pytest.raises(RuntimeError, match="npm install @imagespec/cli"):
        imagespec_command()
    installed = tmp_path / "node_modules" / ".bin" / "imagespec"
    installed.parent.mkdir(parents=True)
    installed.write_text("#!/bin/sh\n")
    installed.chmod(0o755)
    (tmp_path / "below").mkdir()
    monkeypatch.chdir(tmp_path / "below")
    assert imagespec_command() == [str(installed)]
    on_path = tmp_path / "imagespec"
    on_path.write_text("#!/bin/sh\n")
    on_path.chmod(0o755)
    assert imagespec_command() == [str(on_path)]
