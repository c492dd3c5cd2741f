import { expect, it } from "vitest";
import { ImageSpec } from "../image-spec/image-spec.ts";
import { readBuildOptions } from "../request/build-options.ts";
import { prepareBuild } from "../request/prepare-build.ts";
import { buildContacts } from "./build-contacts.ts";

async function contactsOf(parameters: object, env: Record<string, string> = {}, root = import.meta.dirname) {
  const spec = ImageSpec.parse({ name: "app", platform: "linux/amd64", ...parameters }, { root });
  const prepared = await prepareBuild(spec, readBuildOptions(spec, {}, {}), { env });
  const contacts = await buildContacts(prepared, { isPushed: spec.registry !== undefined, env });
  return contacts.map(({ kind, host, through, wanted }) => [
    kind,
    host,
    through,
    wanted.map((one) => one.replace(/[ ,:].*/, "")),
  ]);
}

it("names each host once, with all that is wanted there and the mirror it is asked through", async () => {
  const spec = {
    registry: "registry.example",
    base_image: "registry.example/base:1",
    packages: ["six"],
    pip_index: "https://index.example/simple",
    pip_extra_index_url: ["https://index.example/more", "https://other.example:8443/simple"],
    builder_config: { uv_image: "docker.io/uv:1" },
  };
  expect(await contactsOf(spec, { IMAGESPEC_REGISTRY_MIRRORS: "docker.io=mirror.example/hub" })).toEqual([
    ["registry", "registry.example", undefined, ["the", "the"]],
    ["registry", "docker.io", "mirror.example", ["uv"]],
    ["index", "index.example", undefined, ["Python"]],
    ["index", "other.example:8443", undefined, ["Python"]],
  ]);
});

it("tells of what tools and the base name themselves", async () => {
  const spec = { conda_packages: ["numpy"], conda_channels: ["https://conda.example/x"], apt_packages: ["git"] };
  const contacts = await contactsOf(spec);
  expect(contacts.map(([kind, host]) => [kind, host]).slice(-3)).toEqual([
    ["channel", "conda.example"],
    ["channel", "conda.anaconda.org"],
    ["apt", undefined],
  ]);
  expect(await contactsOf({ packages: ["six"] })).toContainEqual(["index", undefined, undefined, ["Python"]]);
});

it("names the mirror of an index, a channel and uv's Pythons, and no host that a mirror stands for", async () => {
  const env = {
    IMAGESPEC_INDEX_MIRRORS: "pypi=https://m.example/pypi,https://conda.anaconda.org=https://m.example/conda",
    UV_PYTHON_INSTALL_MIRROR: "https://m.example/pythons",
  };
  const venv = { packages: ["six", "tool @ https://direct.example/tool-1-py3-none-any.whl"], python_version: "3.13" };
  expect((await contactsOf({ ...venv, base_image: "debian:bookworm-slim" }, env)).slice(2)).toEqual([
    ["index", undefined, "m.example", ["Python"]],
    ["index", "direct.example", undefined, ["Python"]],
    ["python", "github.com", "m.example", ["Python"]],
  ]);
  expect(await contactsOf({ conda_packages: ["numpy"] }, env)).toContainEqual([
    "channel",
    "conda.anaconda.org",
    "m.example",
    ["conda"],
  ]);
});
