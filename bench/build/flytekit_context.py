"""Writes the build context that flytekit makes for a spec: python flytekit_context.py SPEC.json TARGET."""

import json
import sys
from pathlib import Path

from flytekit.constants import CopyFileDetection
from flytekit.image_spec.default_builder import create_docker_context
from flytekit.image_spec.image_spec import ImageSpec

spec = json.loads(Path(sys.argv[1]).read_text())
target = Path(sys.argv[2])
target.mkdir(parents=True)
create_docker_context(
    ImageSpec(
        name=spec["name"],
        registry=spec["registry"],
        base_image=spec["base_image"],
        python_exec=spec["python_exec"],
        packages=spec["packages"],
        apt_packages=spec["apt_packages"],
        source_root=spec["source_root"],
        source_copy_mode=CopyFileDetection.ALL,
        builder_config={"uv_image": spec["uv_image"], "micromamba_image": spec["authorities"]},
    ),
    target,
)
# flytekit adds itself to the packages; both sides install the same ones. The frontend's image cannot be had everywhere.
requirements = target / "requirements_uv.txt"
requirements.write_text("".join(f"{line}\n" for line in spec["packages"]))
dockerfile = target / "Dockerfile"
lines = dockerfile.read_text().splitlines(keepends=True)
text = "".join(line for line in lines if not line.startswith("#syntax"))
# Where the host trusts certificates of its own, uv in the build is told of them; the Dockerfile copies the file itself.
if spec["trust"]:
    text = text.replace("\nWORKDIR /\n", "\nWORKDIR /\nENV SSL_CERT_FILE=/etc/ssl/certs/ca-certificates.crt\n", 1)
if not spec["bytecode"]:
    assert "UV_COMPILE_BYTECODE=1" in text
    text = text.replace("UV_COMPILE_BYTECODE=1", "UV_COMPILE_BYTECODE=0")
dockerfile.write_text(text.replace("id=uv", f"id=uv-{spec['uv_cache']}"))
