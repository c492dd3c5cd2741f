import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { ContainerEngine } from "@imagespec/container-engine";
import { runContainer } from "@imagespec/testkit";
import { execa } from "execa";
import { expect, it } from "vitest";
import { parseAllDocuments, parseDocument } from "yaml";
import { ensureServices, serviceEnvironment } from "../../scripts/services/services.ts";

const services = await ensureServices();
const docker = await ContainerEngine.connect({ env: { DOCKER_HOST: services.dockerHost } });
const root = fileURLToPath(new URL("../../", import.meta.url));

function resolved(example: string, ...args: string[]) {
  const options = { cwd: join(root, "examples", example), env: serviceEnvironment(services) };
  return execa(join(root, "scripts/imagespec"), ["resolve", ...args], options);
}

async function said(reference: string): Promise<string> {
  expect(reference).toMatch(/^localhost:\d+\/examples\/[a-z-]+:[a-z2-7]{26}@sha256:[0-9a-f]{64}$/);
  await docker.pullImage(reference);
  return (await runContainer(docker, reference)).stdout;
}

it("examples/kubernetes: a folder of manifests", async () => {
  const { stdout } = await resolved("kubernetes", "-f", "k8s");
  const documents = parseAllDocuments(stdout);
  const [deployment, service] = documents.map((one) => (one as { toJS(): { kind: string } }).toJS());
  expect([deployment, service]).toMatchObject([{ kind: "Deployment" }, { kind: "Service" }]);
  expect(stdout).toContain("# the imagespec.yaml of the folder above");
  const image = /image: (\S+)/.exec(stdout)?.[1] ?? "";
  expect(await said(image)).toBe("hello from the cluster\n");
  // What exists is printed without a build.
  const again = await resolved("kubernetes", "-f", "k8s", "--json");
  expect(JSON.parse(again.stdout).images).toMatchObject([{ status: "reused", reference: image }]);
});

it("examples/compose: two images on one base", async () => {
  const { stdout } = await resolved("compose", "-f", "compose.yaml");
  const { services: parts } = parseDocument(stdout, { merge: true }).toJS();
  expect(parts).toMatchObject({ web: { restart: "no" }, worker: { restart: "no" } });
  expect([await said(parts.web.image), await said(parts.worker.image)]).toEqual(["web\n", "worker\n"]);
});

it("examples/pulumi: a stack, as an update gives it to Pulumi's engine", async () => {
  const options = { cwd: join(root, "examples/pulumi"), env: serviceEnvironment(services) };
  const { stdout } = await execa(process.execPath, ["simulate.ts", "--up"], options);
  const { inputs } = JSON.parse(stdout.split("\n").find((line) => line.startsWith('{"type":"kubernetes:')) ?? "");
  expect(await said(inputs.spec.template.spec.containers[0].image)).toBe("hello from Pulumi\n");
});
