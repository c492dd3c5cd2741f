import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { OciLayout } from "@imagespec/registry";
import { beforeAll, describe, expect, inject, test } from "vitest";
import { BuildPlace } from "./build-place.ts";
import type { CliChild } from "./cli-child.ts";
import { leftoversIn } from "./leftovers.ts";

const EIGHT = Array.from({ length: 8 }, (_, index) => index);
const { images } = inject("services");
const parameters = { name: "interrupted/app", base_image: images.pythonSmall, packages: ["six==1.17.0"] };
const BUILD = ["build", "--json", "--force", "--builder", "uv-micromamba"];
/** No uv of the machine: it is streamed out of its image, by whoever comes first. */
const WITHOUT_UV = { PATH: "/usr/bin:/bin" };

async function digestOf(run: CliChild): Promise<string> {
  const { code, stderr } = await run.ended;
  expect(code, `${JSON.stringify(run.last, undefined, 2)}\n${stderr}`).toBe(0);
  return (run.last as { digest: string }).digest;
}

describe("eight processes at once", () => {
  let digest: string;
  beforeAll(async () => {
    await using place = await BuildPlace.make(parameters, { env: WITHOUT_UV });
    digest = await digestOf(place.start(...BUILD));
  });

  test("with an empty cache, in two pid namespaces, make one image and do not consider each other dead", async () => {
    await using place = await BuildPlace.make(parameters, { env: WITHOUT_UV });
    const apart = ["unshare", "--pid", "--fork", "--mount-proc"];
    // A user other than root also makes a user namespace.
    if (process.getuid?.() !== 0) apart.push("--map-root-user");
    await promisify(execFile)(apart[0] as string, [...apart.slice(1), "true"]);
    const runs = EIGHT.map((index) => place.startWith(index % 2 === 0 ? [] : apart, ...BUILD));
    expect(await Promise.all(runs.map(digestOf))).toEqual(EIGHT.map(() => digest));
    expect(Object.values(place.tags)).toEqual([digest]);
    expect(await leftoversIn(place)).toEqual([]);
  });

  test("with one OCI layout as output, list all their tags", async () => {
    await using place = await BuildPlace.make(parameters, { env: WITHOUT_UV });
    const output = join(place.path, "layout");
    const build = async (index: number) => {
      const spec = await place.writeSpec(`${index}.json`, { ...parameters, tag_format: `${index}-{spec_hash}` });
      return digestOf(place.start(...BUILD, "--no-push", "--output", `oci:${output}`, spec));
    };
    const digests = await Promise.all(EIGHT.map(build));
    const layout = new OciLayout(output);
    const entries = await layout.entries();
    const tags = entries.map(({ annotations }) => annotations?.["org.opencontainers.image.ref.name"]?.slice(0, 2));
    expect(tags.sort()).toEqual(EIGHT.map((index) => `${index}-`));
    expect(entries.map((entry) => entry.digest).sort()).toEqual(digests.sort());
    for (const entry of entries) {
      const manifest = JSON.parse(Buffer.from((await layout.getManifest(entry.digest)).bytes).toString());
      for (const blob of [manifest.config, ...manifest.layers]) expect(await layout.hasBlob(blob)).toBe(true);
    }
    expect(JSON.parse(await readFile(join(output, "oci-layout"), "utf8"))).toEqual({ imageLayoutVersion: "1.0.0" });
    expect(await leftoversIn(place)).toEqual([]);
  });
});
