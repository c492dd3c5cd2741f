import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { ensureServices, serviceEnvironment } from "../../scripts/services/services.ts";
import { runPytest } from "../support/pytest.ts";

const root = fileURLToPath(new URL("../../", import.meta.url));
const services = await ensureServices();
// Installing flytekit and building its images takes minutes on a new machine: before the tests, where no limit counts.
const results = await runPytest(`${root}integrations/flytekit`, {
  ...serviceEnvironment(services),
  IMAGESPEC_CLI: `${root}scripts/imagespec`,
  TEST_REGISTRY: services.registry,
});
const oldest = await runPytest(`${root}integrations/flytekit`, {}, { tests: ["tests/test_document.py"], lowest: true });

describe("flytekit's own commands build with imagespec", () => {
  it("its suite ran whole", () => expect(results.length).toBeGreaterThan(20));
  it.each(results)("$name", ({ failure }) => expect(failure).toBeUndefined());
});

describe("the oldest flytekit that the plug-in takes", () => {
  it("was asked", () => expect(oldest.length).toBeGreaterThan(10));
  it.each(oldest)("$name", ({ failure }) => expect(failure).toBeUndefined());
});
