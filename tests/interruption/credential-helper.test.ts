import { describe, expect, inject, test } from "vitest";
import { BuildPlace } from "./build-place.ts";
import { leftoversIn } from "./leftovers.ts";

/** Says that it was asked, and waits for ever with a child of its own. */
const HANGING = `#!/bin/sh
cat > /dev/null
touch "$TMPDIR/../asked"
sleep 1000 &
wait
`;

const parameters = { name: "interrupted/helped", base_image: inject("services").images.python };

describe("a credential helper that hangs ends with the program, and so does its child", () => {
  test.each([
    ["exists", ["exists"]],
    ["build with uv-micromamba", ["build", "--json", "--builder", "uv-micromamba"]],
    ["build with docker-buildx", ["build", "--json", "--builder", "docker-buildx"]],
    ["build with kaniko", ["build", "--json", "--builder", "kaniko"]],
  ])("%s, after one signal", async (_name, args) => {
    await using place = await BuildPlace.make(parameters, { helper: HANGING });
    const run = place.start(...args);
    await expect.poll(() => place.has("asked"), { timeout: 60_000 }).toBe(true);
    const start = performance.now();
    process.kill(run.child.pid as number, "SIGINT");
    expect((await run.ended).code).toBe(130);
    expect(performance.now() - start).toBeLessThan(5000);
    expect(await leftoversIn(place)).toEqual([]);
  });

  test("after a second signal, which ends the program at once", async () => {
    await using place = await BuildPlace.make(parameters, { helper: HANGING });
    const run = place.start("exists");
    await expect.poll(() => place.has("asked"), { timeout: 60_000 }).toBe(true);
    for (const signal of ["SIGINT", "SIGINT"] as const) process.kill(run.child.pid as number, signal);
    expect((await run.ended).code).toBe(130);
    expect(await leftoversIn(place)).toEqual([]);
  });
});
