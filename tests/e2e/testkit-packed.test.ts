import { execFile } from "node:child_process";
import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import { parse } from "yaml";
import { ensureServices, serviceEnvironment } from "../../scripts/services/services.ts";
import { contractServices } from "../support/contract-services.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

const ROOT = join(import.meta.dirname, "../..");
const PACKED = ["registry", "container-engine", "core", "testkit"];
const run = promisify(execFile);

/** A builder of somebody else's: a config over the layers of the base, by the registry client alone. */
const BUILDER = `
import { ImageSpecBuilder } from "@imagespec/core/builder";
import { parsePlatform, parseReference, pushImage, readImage, RegistryClient } from "@imagespec/registry";

export class ConfigBuilder extends ImageSpecBuilder {
  builderType = "config";

  async buildImage({ plan, target, mirrors, credentials, signal }) {
    const client = new RegistryClient({ mirrors, credentials });
    const { tag = "latest" } = parseReference(plan.base.reference);
    const source = client.repository(plan.base.reference);
    const { config, manifest } = await readImage(source, tag, parsePlatform(target.platforms[0]), { signal });
    const { env, entrypoint, labels, id, user } = plan.steps;
    const variables = { ...env?.variables, [id.variable]: id.value };
    const changed = {
      ...config.config,
      User: user.name,
      WorkingDir: user.workdir,
      Labels: { ...labels.labels, "dev.imagespec.builder": "config@1.0.0" },
      Env: [...(config.config.Env ?? []), ...Object.entries(variables).map(([name, value]) => name + "=" + value)],
      ...(entrypoint === undefined ? {} : { Entrypoint: entrypoint.entrypoint, Cmd: [] }),
    };
    const layers = manifest.layers.map((descriptor) => ({ descriptor, open: () => source.getBlob(descriptor, { signal }) }));
    const sink = client.repository(target.reference, { mirror: false, access: "push" });
    const parts = { config: { ...config, config: changed }, layers };
    const { digest } = await pushImage(sink, parts, { tag: parseReference(target.reference).tag, signal });
    return { reference: target.reference, digest };
  }
}
`;

/** What such a builder can keep; for the rest it would say what it refuses. */
const KEPT = ["type", "entrypoint", "credentials", "mirrors", "tag-last", "platform"];

test("the kit works from its tarballs in someone else's project", async () => {
  const services = await ensureServices();
  await using project = await temporaryFolder({ "config-builder.mjs": BUILDER });
  const tarballs = join(project.path, "tarballs");
  await mkdir(tarballs);
  for (const name of PACKED) {
    await run("pnpm", ["pack", "--pack-destination", tarballs], { cwd: join(ROOT, "packages", name) });
  }
  const workspace = parse(await readFile(join(ROOT, "pnpm-workspace.yaml"), "utf8"));
  const files = await readdir(tarballs);
  const dependencies = Object.fromEntries(
    PACKED.map((name) => [
      `@imagespec/${name}`,
      `file:tarballs/${files.find((file) => file.startsWith(`imagespec-${name}-`))}`,
    ]),
  );
  const manifest = {
    type: "module",
    private: true,
    dependencies: { ...dependencies, vitest: workspace.catalog.vitest },
  };
  await writeFile(join(project.path, "package.json"), JSON.stringify(manifest));
  await writeFile(
    join(project.path, "builder.test.mjs"),
    `import { describeBuilder } from "@imagespec/testkit";
import { ConfigBuilder } from "./config-builder.mjs";
describeBuilder("config", () => new ConfigBuilder(), ${JSON.stringify({
      services: contractServices(services),
      env: serviceEnvironment(services),
      loopback: true,
      refuses: ["aptPackages"],
    })});
`,
  );
  const environment = { ...process.env, VITEST: undefined, NODE_ENV: undefined };
  const within = { cwd: project.path, env: environment, maxBuffer: 64 * 1024 * 1024 };
  await run("npm", ["install", "--no-audit", "--no-fund", "--ignore-scripts"], within);
  const vitest = join(project.path, "node_modules/vitest/vitest.mjs");
  // One case of "entrypoint" looks at an image with packages.
  const pattern = `config.*(${KEPT.join("|")}): (?!ENTRYPOINT)`;
  const kit = async (namePattern: string) => {
    const reporters = ["--reporter=default", "--reporter=json", "--outputFile=report.json"];
    const args = [vitest, "run", ...reporters, "--testNamePattern", namePattern];
    // A failed test changes the exit code too; the report is what counts.
    const said = await run(process.execPath, args, within).catch((error: { stdout: string; stderr: string }) => error);
    const text = await readFile(join(project.path, "report.json"), "utf8");
    return { ...(JSON.parse(text) as Report), said: said.stdout + said.stderr };
  };
  const { testResults } = await kit(pattern);
  const ran = testResults.flatMap(({ assertionResults }) => assertionResults);
  const names = (status: string) => ran.filter((one) => one.status === status).map(({ title }) => title.split(":")[0]);
  expect(names("failed")).toEqual([]);
  expect(new Set(names("passed"))).toEqual(new Set(KEPT));

  // Without an engine it says so before any case, with a hint.
  await run("sed", ["-i", 's#unix:///[^"]*#unix:///nowhere.sock#', "builder.test.mjs"], within);
  const { said } = await kit("config.*type: ");
  expect(said).toContain("The engine that starts the built images does not answer");
});

interface Report {
  testResults: { assertionResults: { title: string; status: string }[] }[];
}
