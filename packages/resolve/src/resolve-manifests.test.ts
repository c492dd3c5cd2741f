import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { ImageBuildEngine } from "@imagespec/core";
import { type BuildRequest, ImageSpecBuilder } from "@imagespec/core/builder";
import { ImageSpecError } from "@imagespec/registry";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { readManifests } from "./manifest/read-manifests.ts";
import { resolveImage } from "./resolve-image.ts";
import { resolveManifests } from "./resolve-manifests.ts";

const DIGEST = `sha256:${"d".repeat(64)}`;

/** Counts what it builds and how many at a time, and fails for the names it is told. */
class CountingBuilder extends ImageSpecBuilder {
  readonly builderType = "counting";
  override readonly asksPresence = false;
  readonly built: string[] = [];
  readonly cancelled: string[] = [];
  failing: string | undefined;
  most = 0;
  #now = 0;

  override async buildImage({ plan, signal }: BuildRequest) {
    const name = plan.reference.split(":")[0] ?? "";
    this.built.push(name);
    this.most = Math.max(this.most, ++this.#now);
    if (name === this.failing) {
      // Once another one is under way, which is then to be cancelled.
      await vi.waitFor(() => expect(this.#now).toBe(2), { timeout: 10_000 });
      throw new ImageSpecError("E_BUILD", `The build of ${name} failed`, { hint: "Look above." });
    }
    await new Promise<void>((done, reject) => {
      const timer = setTimeout(done, this.failing === undefined ? 20 : 10_000);
      signal.addEventListener("abort", () => {
        clearTimeout(timer);
        this.cancelled.push(name);
        reject(new ImageSpecError("E_ABORTED", "The build was cancelled"));
      });
    });
    this.#now--;
    return { reference: plan.reference, digest: DIGEST };
  }
}

let folder: string;
let builder: CountingBuilder;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "imagespec-resolve-"));
  builder = new CountingBuilder();
});
afterEach(() => rm(folder, { recursive: true }));

async function write(path: string, content: string | object): Promise<string> {
  const file = join(folder, path);
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, typeof content === "string" ? content : JSON.stringify(content));
  return file;
}
const spec = (name: string) => ({ name, platform: "linux/amd64", base_image: "base:1", builder: "counting" });
const resolveAll = async (...paths: string[]) =>
  resolveManifests(await readManifests({ paths: paths.map((path) => join(folder, path)) }), {
    makeEngine: () => new ImageBuildEngine({ builders: [builder], discover: false, cacheDir: join(folder, "cache") }),
  });

describe("resolveManifests", () => {
  it("builds each image once, all side by side, and pins every use", async () => {
    await write("specs/imagespec.json", { images: { train: spec("train"), serve: spec("serve") } });
    await write("app/imagespec.yaml", JSON.stringify(spec("app")));
    const deployment = "# kept\nimage: imagespec://../specs/imagespec.json#train\n";
    for (const name of ["a", "b", "c"]) await write(`k8s/${name}.yaml`, deployment);
    await write(
      "k8s/d.json",
      '{"images": ["imagespec://../specs#serve", "imagespec://../app", "imagespec://../app/imagespec.yaml"]}\n',
    );
    const { text, images, manifests } = await resolveAll("k8s");
    expect(builder.built.sort()).toEqual(["app", "serve", "train"]);
    expect(builder.most).toBe(3);
    const [train, serve, app] = images.map(({ reference }) => reference);
    expect(train).toMatch(new RegExp(`^train:[a-z2-7]{26}@${DIGEST}$`));
    const one = `# kept\nimage: ${train}\n`;
    expect(text).toBe([one, one, one, `{"images": ["${serve}", "${app}", "${app}"]}\n`].join("---\n"));
    expect(manifests.map((manifest) => manifest.text)).toEqual(text.split("---\n"));
    expect(images[2]?.uses).toEqual([
      { text: "imagespec://../app", manifest: join(folder, "k8s/d.json"), line: 1 },
      { text: "imagespec://../app/imagespec.yaml", manifest: join(folder, "k8s/d.json"), line: 1 },
    ]);
  });

  it("names place and cure of every use that leads nowhere, and builds nothing", async () => {
    await write("imagespec.json", { images: { train: spec("train"), serve: spec("serve") } });
    await write("one.json", spec("one"));
    await write(
      "k8s.yaml",
      "a: imagespec://no.yaml\nb: imagespec://imagespec.json\nc: imagespec://.#trian\nd: imagespec://one.json#x\ne: imagespec://\n",
    );
    const error = await resolveAll("k8s.yaml").catch((thrown) => thrown);
    const file = join(folder, "k8s.yaml");
    const specs = join(folder, "imagespec.json");
    expect(error.code).toBe("E_INPUT_FILE");
    expect(error.message.split("\n").slice(1)).toEqual([
      `  - ${file}:1: ${join(folder, "no.yaml")} does not exist`,
      `  - ${file}:2: imagespec://imagespec.json: ${specs} holds 2 images`,
      `  - ${file}:3: imagespec://.#trian: ${specs} has no image "trian"`,
      `  - ${file}:4: imagespec://one.json#x: ${join(folder, "one.json")} has no image "x"`,
      `  - ${file}:5: imagespec:// names no spec file`,
    ]);
    expect(error.hint).toContain("Add # and one of train, serve.");
    expect(builder.built).toEqual([]);
  });

  it("keeps code, cure and faults of a spec that is wrong, with its place", async () => {
    await write("bad.json", { name: "x", nonsense: 1 });
    await write("k8s.yaml", "\n\nimage: imagespec://bad.json\n");
    await expect(resolveAll("k8s.yaml")).rejects.toMatchObject({
      code: "E_SPEC",
      message: expect.stringMatching(/k8s\.yaml:3: /),
      faults: [{ path: ["nonsense"] }],
    });
  });

  it("one failure cancels the others, and names the first place of its image", async () => {
    builder.failing = "broken";
    for (const name of ["broken", "slow"]) await write(`${name}.json`, spec(name));
    await write("k8s.yaml", "a: imagespec://slow.json\nb: imagespec://broken.json\nc: imagespec://broken.json\n");
    await expect(resolveAll("k8s.yaml")).rejects.toMatchObject({
      code: "E_BUILD",
      message: `${join(folder, "k8s.yaml")}:2: imagespec://broken.json: The build of broken failed`,
      hint: "Look above.",
    });
    expect(builder.cancelled).toEqual(["slow"]);
  });
});

it("resolveImage pins one image for a program", async () => {
  await write("app.json", spec("app"));
  const engine = new ImageBuildEngine({ builders: [builder], discover: false, cacheDir: join(folder, "cache") });
  const { reference, outcome } = await resolveImage("imagespec://app.json", { root: folder, makeEngine: () => engine });
  expect(reference).toMatch(new RegExp(`^app:[a-z2-7]{26}@${DIGEST}$`));
  expect(outcome.status).toBe("built");
  await expect(resolveImage("app.json", { root: folder })).rejects.toMatchObject({ code: "E_OPTIONS" });
});
