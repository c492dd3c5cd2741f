import { expect, it } from "vitest";
import { ImageSpec } from "../image-spec/image-spec.ts";
import { readBuildOptions } from "../request/build-options.ts";
import { prepareBuild } from "../request/prepare-build.ts";
import { buildContacts } from "./build-contacts.ts";

async function contactsOf(parameters: object, mirrors: Record<string, string> = {}) {
  const spec = ImageSpec.parse({ name: "app", platform: "linux/amd64", ...parameters }, { root: import.meta.dirname });
  const { plan } = await prepareBuild(spec, readBuildOptions(spec, {}, {}), { env: {} });
  const contacts = buildContacts(plan, { mirrors, isPushed: spec.registry !== undefined });
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
  expect(await contactsOf(spec, { "docker.io": "mirror.example/hub" })).toEqual([
    ["registry", "registry.example", undefined, ["the", "the"]],
    ["registry", "docker.io", "mirror.example", ["uv"]],
    ["index", "index.example", undefined, ["Python", "Python"]],
    ["index", "other.example:8443", undefined, ["Python"]],
  ]);
});

it("tells of what tools and the base name themselves", async () => {
  const spec = { conda_packages: ["numpy"], conda_channels: ["https://conda.example/x"], apt_packages: ["git"] };
  const contacts = await contactsOf(spec);
  expect(contacts.map(([kind, host]) => [kind, host]).slice(-3)).toEqual([
    ["channel", "conda.example"],
    ["channel", undefined],
    ["apt", undefined],
  ]);
  expect(await contactsOf({ packages: ["six"] })).toContainEqual(["index", undefined, undefined, ["Python"]]);
});
