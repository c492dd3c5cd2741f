import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { CliFolder } from "../fixtures/cli-process.ts";

const DIGEST = `sha256:${"a".repeat(64)}`;

let cli: CliFolder;
beforeEach(async () => {
  cli = await CliFolder.make();
  await cli.write("imagespec.config.json", { plugins: ["./builder.mjs"] });
  await cli.write(
    "builder.mjs",
    `export default { [Symbol.for("imagespec.builder")]: 1, builderType: "local", asksPresence: false,
      async buildImage({ plan }) {
        if (plan.reference.startsWith("broken")) throw new Error("boom");
        return { reference: plan.reference, digest: "${DIGEST}" };
      } };`,
  );
  await cli.write("app.json", { name: "app", platform: "linux/amd64", base_image: "base:1", builder: "local" });
});
afterEach(() => cli.remove());

describe("resolve", () => {
  const manifest = "# why\nimage: imagespec://../app.json\n";

  it("prints manifests with pinned images, and progress beside them", async () => {
    await cli.write("k8s/a.yaml", manifest);
    await cli.write("k8s/b.yaml", "kind: ConfigMap\n");
    const { code, stdout, stderr } = await cli.run(["resolve", "-f", "k8s"]);
    expect([code, stdout]).toEqual([
      0,
      expect.stringMatching(new RegExp(`^# why\nimage: app:[a-z2-7]{26}@${DIGEST}\n---\nkind: ConfigMap\n$`)),
    ]);
    expect(stderr).toContain("built by local");
    expect(await cli.run(["resolve", "k8s"])).toMatchObject({ code: 0, stdout });
  });

  it("reads standard input, where relative files start at --root", async () => {
    await cli.write("deploy/x.yaml", "");
    const { code, stdout } = await cli.run(["resolve", "-f", "-", "--root", "deploy"], { input: manifest });
    expect([code, stdout]).toEqual([0, expect.stringContaining(`@${DIGEST}\n`)]);
  });

  it("--json says which image stands where", async () => {
    await cli.write("k8s.yaml", "image: imagespec://app.json\n");
    const { stdout } = await cli.run(["resolve", "-f", "k8s.yaml", "--json"]);
    const { images, manifests } = JSON.parse(stdout);
    expect(images).toMatchObject([
      { digest: DIGEST, status: "built", uses: [{ text: "imagespec://app.json", manifest: "k8s.yaml", line: 1 }] },
    ]);
    expect(manifests).toEqual([{ manifest: "k8s.yaml", text: `image: ${images[0].reference}\n` }]);
  });

  it("prints nothing when one fails, and names file, line and cure", async () => {
    await cli.write("broken.json", { name: "broken", platform: "linux/amd64", base_image: "base:1", builder: "local" });
    await cli.write("k8s.yaml", "a: imagespec://app.json\nb: imagespec://broken.json\n");
    const failed = await cli.run(["resolve", "-f", "k8s.yaml"]);
    expect(failed).toMatchObject({ code: 1, stdout: "" });
    expect(failed.stderr).toContain("error: E_BUILD: k8s.yaml:2: imagespec://broken.json: ");
    await cli.write("k8s.yaml", "a: imagespec://app.jsn\n");
    const missing = await cli.run(["resolve", "-f", "k8s.yaml"]);
    expect(missing).toMatchObject({ code: 2, stdout: "" });
    expect(missing.stderr).toMatch(/E_INPUT_FILE: k8s\.yaml:1: .*app\.jsn does not exist\nhint: Check the path\./);
    expect(await cli.run(["resolve"])).toMatchObject({ code: 2, stderr: expect.stringContaining("Name a file") });
  });

  it("asks for the image in the image's own container, too", async () => {
    await cli.write("k8s.yaml", "image: imagespec://app.json\n");
    const { stdout } = await cli.run(["explain", "app.json", "--json"]);
    const { id } = JSON.parse(stdout).document;
    const { code, stdout: text } = await cli.run(["resolve", "-f", "k8s.yaml"], { env: { _F_IMG_ID: id } });
    expect([code, text]).toEqual([0, expect.stringContaining(DIGEST)]);
  });
});
