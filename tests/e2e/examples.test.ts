import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { ContainerEngine } from "@imagespec/container-engine";
import { runContainer } from "@imagespec/testkit";
import { execa } from "execa";
import { describe, expect, it } from "vitest";
import { ensureServices, serviceEnvironment } from "../../scripts/services/services.ts";

const services = await ensureServices();
const docker = await ContainerEngine.connect({ env: { DOCKER_HOST: services.dockerHost } });
const root = fileURLToPath(new URL("../../", import.meta.url));
const examples = readdirSync(join(root, "examples")).filter((name) =>
  readdirSync(join(root, "examples", name)).includes("expected.txt"),
);
/** What an example's own README says to add where containers do not reach the network by themselves. */
const EXTRA: Record<string, string[]> = {
  "apt-and-commands": ["--builder", "docker-buildx", "--builder-option", "network=host"],
};

describe("every example builds as its README says, and its containers say what expected.txt holds", () => {
  it.each(examples)("%s", async (name) => {
    const folder = join(root, "examples", name);
    const { stdout } = await execa(join(root, "scripts/imagespec"), ["build", ...(EXTRA[name] ?? [])], {
      cwd: folder,
      env: serviceEnvironment(services),
    });
    let said = "";
    for (const line of stdout.split("\n")) {
      const reference = line.slice(line.indexOf("\t") + 1);
      expect(reference).toMatch(/@sha256:[0-9a-f]{64}$/);
      await docker.pullImage(reference);
      said += (await runContainer(docker, reference)).stdout;
    }
    expect(said).toBe(readFileSync(join(folder, "expected.txt"), "utf8"));
  });

  it("at least four examples are found", () => expect(examples.length).toBeGreaterThan(3));
});
