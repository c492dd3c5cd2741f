import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect, test } from "vitest";

const STACK = join(import.meta.dirname, "../examples/pulumi");

// That `pulumi up` builds is shown in tests/e2e/resolve.test.ts.
test("a preview of the example's stack names the image by its tag and asks no registry", async () => {
  // Nobody listens at the spec's registry, whatever this machine runs.
  const env = { ...process.env, IMAGESPEC_REGISTRY_MIRRORS: "localhost:5000=127.0.0.1:1" };
  const { stdout } = await promisify(execFile)(process.execPath, ["simulate.ts"], { cwd: STACK, env });
  const { type, inputs } = JSON.parse(stdout);
  expect(type).toBe("kubernetes:apps/v1:Deployment");
  expect(inputs.spec.template.spec.containers).toEqual([
    { name: "hello", image: expect.stringMatching(/^localhost:5000\/examples\/pulumi:[a-z2-7]{26}$/) },
  ]);
});
