import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, describe, expect, inject, test } from "vitest";
import { ensureKaniko } from "../../scripts/services/kaniko.ts";
import { dockerConfig } from "../support/docker-config.ts";
import { BuildPlace } from "./build-place.ts";
import type { CliChild } from "./cli-child.ts";
import { leftoversIn } from "./leftovers.ts";

const { image } = await ensureKaniko();
const config = await dockerConfig({ buildx: true });
afterAll(() => config[Symbol.asyncDispose]());
const { images } = inject("services");

const makePlace = (parameters: object = {}) =>
  BuildPlace.make(
    { name: "interrupted/app", base_image: images.pythonSmall, packages: ["six==1.17.0"], ...parameters },
    { env: { PATH: `${process.env.PATH}`, DOCKER_CONFIG: config.path } },
  );

/** Mounts a small file system on a folder that only the command sees; says in the end what files are left there. */
const MOUNT = `
mount -t tmpfs -o "size=8m,$2" tmpfs "$1"
folder=$1
shift 2
"$@"
code=$?
echo "left: $(find "$folder" -type f | tr '\\n' ' ')" >&2
exit $code
`;

/** Runs a build with a folder on a file system of its own, of 8 MiB, or one that can only be read. */
async function buildOn(kind: "8 MiB" | "read-only", folder: string, place: BuildPlace, ...args: string[]) {
  const namespaces = ["--mount", ...(process.getuid?.() === 0 ? [] : ["--map-root-user"])];
  const wrapper = ["unshare", ...namespaces, "sh", "-c", MOUNT, "sh", folder, kind === "read-only" ? "ro" : "rw"];
  let run: CliChild;
  do {
    run = place.startWith(wrapper, "build", "--json", ...args);
    await run.ended;
  } while (run.metBusyEngine);
  const { code, stderr } = await run.ended;
  const left = /^left: (.*)$/m.exec(stderr)?.[1]?.split(" ").filter(Boolean);
  return { code, last: run.last, left };
}

describe("a full or read-only disk is one error that names the path, and nothing is left behind", () => {
  test.each(["8 MiB", "read-only"] as const)("the cache is %s", async (kind) => {
    await using place = await makePlace();
    // The layer of this file is larger than the disk.
    await place.fill("large.bin", 12);
    const { code, last, left } = await buildOn(kind, place.cache, place, "--builder", "uv-micromamba");
    expect(last).toMatchObject({
      type: "error",
      code: "E_CACHE",
      message: expect.stringContaining(place.cache),
      hint: expect.stringContaining("IMAGESPEC_CACHE_DIR"),
    });
    expect(code).toBe(1);
    expect(left?.filter((path) => path.includes("/uv-micromamba/tmp/") || path.endsWith(".part"))).toEqual([]);
    expect(await leftoversIn(place)).toEqual([]);
    expect(place.tags).toEqual({});
  });

  test.each(["uv-micromamba", "docker-buildx", "kaniko"])("%s writes outputs to a disk of 8 MiB", async (builder) => {
    // A base of a few files, which kaniko unpacks at once, and a file that is larger than the disk.
    await using place = await makePlace({ base_image: images.musl, packages: [] });
    await place.fill("large.bin", 12);
    const folder = join(place.path, "out");
    await mkdir(folder);
    for (const output of [`oci:${folder}/layout`, `docker-archive:${folder}/image.tar`]) {
      const options = builder === "kaniko" ? ["--builder-option", `image=${image}`] : [];
      const args = ["--builder", builder, ...options, "--no-push", "--output", output];
      const { code, last, left } = await buildOn("8 MiB", folder, place, ...args);
      expect(last).toMatchObject({ type: "error", code: "E_OUTPUT", message: expect.stringContaining(folder) });
      expect(code).toBe(1);
      expect(left).toEqual([]);
      expect(await leftoversIn(place)).toEqual([]);
    }
  });

  test.each([
    ["docker-buildx", "read-only"],
    ["docker-buildx", "8 MiB"],
  ] as const)("%s has a TMPDIR that is %s", async (builder, kind) => {
    await using place = await makePlace();
    // The engine's image passes through TMPDIR on its way to a layout.
    const args = ["--builder", builder, "--no-push", "--output", `oci:${place.path}/layout`];
    const { last, left } = await buildOn(kind, place.temporary, place, ...args);
    expect(last).toMatchObject({ type: "error", code: "E_CACHE", message: expect.stringContaining(place.temporary) });
    expect(left).toEqual([]);
    expect(place.has("layout")).toBe(false);
  });

  test("a read-only cache does not fail a builder that needs none", async () => {
    await using place = await makePlace();
    const { code, last } = await buildOn("read-only", place.cache, place, "--builder", "docker-buildx");
    expect(last).toMatchObject({ type: "outcome", status: "built" });
    expect(code).toBe(0);
  });
});
