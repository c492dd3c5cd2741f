import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { UvMicromambaBuilder } from "@imagespec/builder-uv-micromamba";
import { ImageSpec } from "@imagespec/core";
import { runContainer } from "@imagespec/testkit";
import { execa } from "execa";
import { afterAll, expect, it, vi } from "vitest";
import { startPythonMirror } from "../../scripts/services/python-mirror.ts";
import { builderUnderTest } from "../support/builder-under-test.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

const { builds, services } = await builderUnderTest(() => new UvMicromambaBuilder());
const folder = await temporaryFolder();
afterAll(() => folder[Symbol.asyncDispose]());

it("a base like CUDA's keeps its settings and gets a Python of its own", async () => {
  const base = `${services.registry}/fixtures/cuda-like:${builds.run}`;
  const dockerfile = [
    `FROM ${services.images.debian}`,
    "ENV CUDA_VERSION=12.4.1 NVIDIA_VISIBLE_DEVICES=all LD_LIBRARY_PATH=/usr/local/nvidia/lib64",
    `RUN mkdir -p /opt/nvidia && printf '#!/bin/sh\\necho "== CUDA $CUDA_VERSION =="\\nexec "$@"\\n' > /opt/nvidia/entry.sh && chmod 755 /opt/nvidia/entry.sh`,
    'ENTRYPOINT ["/opt/nvidia/entry.sh"]',
    'CMD ["/bin/bash"]',
  ].join("\n");
  await execa("docker", ["build", "--network", "none", "-t", base, "-"], {
    input: dockerfile,
    env: { DOCKER_BUILDKIT: "1" },
  });
  await execa("docker", ["push", base]);
  const mirror = await startPythonMirror();
  const before = process.env.UV_PYTHON_DOWNLOADS_JSON_URL;
  vi.stubEnv("UV_PYTHON_DOWNLOADS_JSON_URL", mirror.downloadsJsonUrl);
  try {
    const spec = builds.spec("cuda", { baseImage: base, pythonVersion: mirror.version, packages: ["six==1.16.0"] });
    const { image } = await builds.pulled(spec);
    const program =
      "import os, six, sys; print(sys.base_prefix.startswith('/opt/python/'), os.environ['LD_LIBRARY_PATH'])";
    const { stdout } = await runContainer(builds.docker, image, { cmd: ["python", "-c", program] });
    expect(stdout).toBe("== CUDA 12.4.1 ==\nTrue /usr/local/nvidia/lib64\n");
  } finally {
    vi.stubEnv("UV_PYTHON_DOWNLOADS_JSON_URL", before);
    await mirror.close();
  }
});

it("an image starts without an engine: layout, unpacked by umoci, run by runc", async () => {
  const layout = join(folder.path, "layout");
  const bundle = join(folder.path, "bundle");
  const parameters = { baseImage: services.images.python, packages: ["six==1.16.0"], env: { SAID: "a 'b' \"c\" $D" } };
  const spec = new ImageSpec({ name: "bundle", platform: services.platform, ...parameters });
  const outcome = await builds.engine().build(spec, { output: `oci:${layout}`, push: false });
  if (outcome.status !== "built") throw new Error(outcome.status);
  await execa("umoci", ["unpack", "--image", `${layout}:${outcome.tag}`, bundle]);
  const config = JSON.parse(await readFile(join(bundle, "config.json"), "utf8"));
  const program = "import os, six, sys; print(sys.prefix, os.getuid(), os.getcwd(), os.environ['SAID'])";
  config.process.terminal = false;
  config.process.args = ["python", "-c", program];
  // The host may have fewer rights than these limits need.
  delete config.process.rlimits;
  await writeFile(join(bundle, "config.json"), JSON.stringify(config));
  const { stdout } = await execa("runc", ["run", "--bundle", bundle, `imagespec-${builds.run}`]);
  expect(stdout).toBe(`/opt/venv 1000 /root a 'b' "c" $D`);
});
