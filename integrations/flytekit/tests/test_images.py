"""Real images that flytekit's own commands build with the workspace's imagespec, started and inspected."""

import json
import subprocess
import sys
import tarfile
from pathlib import Path

import pytest
import requests
from flyteidl.core import literals_pb2
from flyteidl.admin import task_pb2
from flytekit import ImageSpec
from flytekit.constants import CopyFileDetection
from flytekit.image_spec import ImageBuildEngine
from flytekit.image_spec.default_builder import get_flytekit_for_pypi

from flytekitplugins.imagespec.command import imagespec_command

from flyteadmin import FlyteAdmin

TINY = {"builder": "imagespec", "base_image": "python:3.11-slim-bookworm", "packages": ["iniconfig==2.0.0"]}


def pyflyte(*arguments):
    done = subprocess.run([sys.executable, "-m", "flytekit.clis.sdk_in_container.pyflyte", *arguments],
                          capture_output=True, text=True)  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def in_registry(reference):
    """Whether the registry knows `host/name:tag@digest` under its tag, with that digest."""
    name, digest = reference.split("@")
    host, path = name.split("/", 1)
    repository, tag = path.rsplit(":", 1)
    accept = "application/vnd.oci.image.manifest.v1+json, application/vnd.docker.distribution.manifest.v2+json"
    answer = requests.head(f"http://{host}/v2/{repository}/manifests/{tag}", headers={"Accept": accept})
    return answer.status_code == 200 and answer.headers["Docker-Content-Digest"] == digest


def packaged_image(archive):
    """The image that the one task of a `pyflyte package` archive names."""
    with tarfile.open(archive) as tar:
        for member in tar.getmembers():
            if member.name.endswith("_1.pb"):
                return task_pb2.TaskSpec.FromString(tar.extractfile(member).read()).template.container.image
    raise AssertionError(f"{archive} holds no task")


def build(spec):
    ImageBuildEngine.build(spec)
    return spec.image_name()


@pytest.mark.parametrize("copy", ["none", "auto", "all"])
def test_package_names_an_image_that_is_there(copy, project, run_in):
    arguments = ["--pkgs", "pkg", "package", "--source", ".", "--output", "out.tgz", "--force"]
    pyflyte(*arguments, "--copy", copy)
    image = packaged_image("out.tgz")
    assert in_registry(image)
    ids = run_in(image, "sh", "-c", "echo $_F_IMG_ID; ls /root").split()
    # Without fast registration the sources are in the image, else they come when the task starts.
    assert ("pkg" in ids) == (copy == "none")


def test_a_task_runs_in_the_image_from_code_that_arrives_later(project, tmp_path, run_in):
    pyflyte("--pkgs", "pkg", "package", "--source", ".", "--output", "out.tgz", "--force", "--copy", "all")
    image = packaged_image("out.tgz")
    shared = tmp_path / "shared"
    shared.mkdir()
    shared.chmod(0o777)
    with tarfile.open(shared / "code.tar.gz", "w:gz") as tar:
        tar.add("pkg", "pkg")
    text = literals_pb2.Literal(scalar={"primitive": {"string_value": "you"}})
    (shared / "inputs.pb").write_bytes(literals_pb2.LiteralMap(literals={"name": text}).SerializeToString())
    run_in(image, "pyflyte-fast-execute", "--additional-distribution", "/shared/code.tar.gz", "--dest-dir", "/root", "--",
           "pyflyte-execute", "--inputs", "/shared/inputs.pb", "--output-prefix", "/shared/out", "--raw-output-data-prefix",
           "/shared/raw", "--resolver", "flytekit.core.python_auto_container.default_task_resolver", "--",
           "task-module", "pkg.workflow", "task-name", "greet", volumes=[f"{shared}:/shared"])  # fmt: skip
    outputs = literals_pb2.LiteralMap.FromString((shared / "out" / "outputs.pb").read_bytes())
    said = outputs.literals["o0"].scalar.primitive.string_value
    # The guarded import happened, so is_container() was true.
    assert said.startswith("hello you from iniconfig as ")


def test_register_and_run_remote_send_the_image_that_was_built(project, monkeypatch):
    with FlyteAdmin() as flyte:
        monkeypatch.setenv("FLYTE_PLATFORM_URL", flyte.address)
        monkeypatch.setenv("FLYTE_PLATFORM_INSECURE", "true")
        pyflyte("register", "pkg", "--project", "p", "--domain", "development", "--version", "1")
        pyflyte("run", "--remote", "--project", "p", "--domain", "development", "pkg/workflow.py", "hello")
        images = {task.spec.template.container.image for task in flyte.admin.tasks}
        assert len(images) == 1 and all(in_registry(image) for image in images)
        assert len(flyte.admin.executions) == 1


def test_build_makes_the_image_of_a_workflow(project):
    pyflyte("build", "pkg/workflow.py", "hello")


def test_a_nested_base_is_built_first(registry, run_in):
    base = ImageSpec(name="flytekit-base", registry=registry, env={"LEVEL": "base"}, **TINY)
    child = ImageSpec(name="flytekit-child", registry=registry, builder="imagespec", base_image=base,
                      packages=["flytekit==1.16.31"], env={"WHO": "child"})  # fmt: skip
    assert run_in(build(child), "sh", "-c", "echo $LEVEL $WHO") == "base child"


def test_the_id_in_the_image_is_flytekits(registry, run_in):
    spec = ImageSpec(name="flytekit-id", registry=registry, **TINY)
    assert run_in(build(spec), "printenv", "_F_IMG_ID") == spec.id


def test_the_command_line_gives_the_same_content_the_same_tag(registry, project):
    spec = ImageSpec(name="flytekit-mixed", registry=registry, env={"STAGE": "dev"}, source_root=str(project),
                     source_copy_mode=CopyFileDetection.ALL, **TINY)  # fmt: skip
    image = build(spec)
    same = {"name": "flytekit-mixed", "registry": registry, "base_image": "python:3.11-slim-bookworm",
            "packages": ["iniconfig==2.0.0", get_flytekit_for_pypi()], "env": {"STAGE": "dev"}, "source_root": ".",
            "source_copy_mode": "all"}  # fmt: skip
    Path("../mixed.json").write_text(json.dumps(same))
    arguments = [*imagespec_command(), "tag", "../mixed.json", "--root", str(project), "--id", spec.id]
    tag = subprocess.run(arguments, capture_output=True, text=True, check=True).stdout.strip()
    assert image.split("@")[0] == f"{registry}/flytekit-mixed:{tag}"


def test_runtime_packages_can_be_installed(registry, run_in):
    spec = ImageSpec(name="flytekit-runtime", registry=registry, builder="imagespec", packages=["pip", "iniconfig==2.0.0"])
    run_in(build(spec), "sh", "-c", "python -m pip install --quiet six==1.17.0 && python -c 'import six'")


def test_a_private_index_is_reached_by_a_mounted_secret_that_stays_out(registry, project, run_in, private_index):
    Path("netrc").write_text(f"machine 127.0.0.1 login reader password {private_index.password}\n")
    spec = ImageSpec(name="flytekit-private", registry=registry, builder="imagespec",
                     base_image="python:3.11-slim-bookworm", packages=["flytekit", "private-thing==1.0"],
                     pip_extra_index_url=[private_index.url], pip_secret_mounts=[("netrc", "/root/.netrc")])  # fmt: skip
    image = build(spec)
    assert run_in(image, "python", "-c", "import private_thing; print(private_thing.SAID)") == "private"
    history = subprocess.run(["docker", "history", "--no-trunc", image], capture_output=True, text=True).stdout
    assert history and private_index.password not in history


def test_a_file_that_changes_meanwhile_is_told(registry, project, monkeypatch):
    spec = ImageSpec(name="flytekit-moved", registry=registry, source_root=str(project),
                     source_copy_mode=CopyFileDetection.ALL, **TINY)  # fmt: skip
    command = project.parent / "imagespec"
    command.write_text(f"#!/bin/sh\necho 'X = 1' >> {project}/pkg/__init__.py\necho {registry}/flytekit-moved:x@sha256:0\n")
    command.chmod(0o755)
    monkeypatch.setenv("IMAGESPEC_CLI", str(command))
    with pytest.raises(RuntimeError, match="changed while it was built"):
        ImageBuildEngine.build(spec)
