import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { digestOf, MEDIA_TYPES, OciLayout, pushImage } from "@imagespec/registry";
import { afterEach, beforeEach, expect, it } from "vitest";
import { CliFolder } from "../fixtures/cli-process.ts";

let cli: CliFolder;
beforeEach(async () => {
  cli = await CliFolder.make();
});
afterEach(() => cli.remove());

it("prints a table, or the report as JSON, of an OCI layout", async () => {
  const plain = Buffer.alloc(1024);
  const bytes = gzipSync(plain);
  const descriptor = { mediaType: MEDIA_TYPES.ociLayerGzip, digest: digestOf(bytes), size: bytes.length };
  async function* open() {
    yield bytes;
  }
  const config = { os: "linux", architecture: "amd64", rootfs: { type: "layers", diff_ids: [digestOf(plain)] } };
  await pushImage(new OciLayout(join(cli.path, "image")), { config, layers: [{ descriptor, open }] }, { tag: "one" });
  const table = await cli.run(["inspect", "oci:image"]);
  expect(table).toMatchObject({ code: 0, stdout: expect.stringMatching(/^oci:image {2}linux\/amd64\nsha256:/) });
  const json = await cli.run(["inspect", "oci:image:one", "--json"]);
  const { reference, digest, layers } = JSON.parse(json.stdout);
  expect({ reference, digest }).toEqual({ reference: "oci:image:one", digest: expect.stringMatching(/^sha256:/) });
  expect(layers).toMatchObject([{ digest: descriptor.digest, size: bytes.length, origin: "other", packages: [] }]);
});

it("looks for the image of a spec without a registry in the container engine, and asks no registry", async () => {
  await cli.write("imagespec.yaml", "name: local\nbase_image: base:1\n");
  const { code, stderr } = await cli.run(["inspect", "imagespec.yaml"], { env: { DOCKER_HOST: "unix:///none.sock" } });
  expect({ code, stderr }).toEqual({ code: 1, stderr: expect.stringContaining("error: E_DAEMON: ") });
});

it("chooses one of a spec's platforms in the image of all, and replaces them by another as a build does", async () => {
  await cli.write(
    "imagespec.yaml",
    `name: app\nregistry: localhost:1\nbase_image: base:1\nplatform: linux/arm64,linux/amd64\n`,
  );
  const tag = async (...more: string[]) => (await cli.run(["tag", ...more])).stdout.trim();
  const asked = async (platform: string) =>
    (await cli.run(["inspect", "imagespec.yaml", "--platform", platform])).stderr;
  expect(await asked("linux/aarch64")).toContain(`app:${await tag()}:`);
  expect(await asked("linux/s390x")).toContain(`app:${await tag("--platform", "linux/s390x")}:`);
});

it("says what to name when nothing is, and what is not there", async () => {
  expect(await cli.run(["inspect"])).toMatchObject({ code: 2, stderr: expect.stringContaining("Name a reference") });
  expect(await cli.run(["inspect", "oci:missing"])).toMatchObject({ code: 2, stdout: "" });
});
