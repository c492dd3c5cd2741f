import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type RegistryOptions, type RegistryServer, startRegistry } from "@imagespec/testkit";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { ensureConformanceSuite } from "../../scripts/services/conformance.ts";

let suite = "";
let folder = "";
beforeAll(async () => {
  suite = await ensureConformanceSuite();
  folder = await mkdtemp(join(tmpdir(), "imagespec-conformance-"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function run(server: RegistryServer, env: Record<string, string>) {
  const child = spawn(suite, {
    cwd: folder,
    env: {
      ...process.env,
      OCI_REGISTRY: server.host,
      OCI_TLS: "disabled",
      OCI_REPO1: "conformance/one",
      OCI_REPO2: "conformance/two",
      OCI_RESULTS_DIR: folder,
      // Includes what the current version of the spec makes optional, so that nothing is skipped.
      OCI_VERSION: "dev",
      OCI_API_BLOBS_UPLOAD_CANCEL: "true",
      OCI_API_BLOBS_DIGEST_HEADER: "true",
      OCI_API_MANIFESTS_DIGEST_HEADER: "true",
      OCI_API_MANIFESTS_TAG_PARAM: "true",
      ...env,
    },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const lines: string[] = [];
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (chunk) => lines.push(String(chunk)));
  const [code] = (await once(child, "close")) as [number];
  const output = lines.join("");
  const count = (name: string) => Number(new RegExp(`^  ${name}\\.*: +(\\d+)$`, "m").exec(output)?.[1]);
  return { code, output, passed: count("Pass"), failed: count("FAIL"), errors: count("Error"), skipped: count("Skip") };
}

describe("the OCI distribution conformance suite over the test registry", () => {
  const cases: [string, RegistryOptions, Record<string, string>][] = [
    ["in memory, checking references", {}, {}],
    ["in memory, sparse manifests allowed", { checkReferences: false }, { OCI_DATA_SPARSE: "true" }],
    [
      "with tokens",
      { auth: { type: "bearer", users: { ann: "secret" } } },
      { OCI_USERNAME: "ann", OCI_PASSWORD: "secret" },
    ],
    [
      "with passwords and relative locations",
      { auth: { type: "basic", users: { ann: "secret" } }, quirks: { relativeLocation: true } },
      { OCI_USERNAME: "ann", OCI_PASSWORD: "secret" },
    ],
  ];
  test.each(cases)("%s", async (_name, options, env) => {
    await using server = await startRegistry(options);
    const result = await run(server, env);
    expect(result, result.output.slice(-4000)).toMatchObject({ code: 0, failed: 0, errors: 0, skipped: 0 });
    expect(result.passed).toBeGreaterThan(800);
  });

  test("in a folder", async () => {
    await using server = await startRegistry({ storage: { folder: join(folder, "content") } });
    const result = await run(server, {});
    expect(result, result.output.slice(-4000)).toMatchObject({ code: 0, failed: 0, errors: 0 });
  });
});
