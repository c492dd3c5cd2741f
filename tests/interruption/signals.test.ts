import { spawn } from "node:child_process";
import { afterAll, describe, expect, inject, test } from "vitest";
import { ensureKaniko } from "../../scripts/services/kaniko.ts";
import { dockerConfig } from "../support/docker-config.ts";
import { sample } from "../support/sample.ts";
import type { PlaceOptions } from "./build-place.ts";
import { MAIN } from "./cli-child.ts";
import { leftoversIn, processesOf } from "./leftovers.ts";
import { COMMAND, HASHING, type Phase, PUSHING, pushBegins, RESOLVING, SENDING, startInto } from "./phases.ts";

/** The promise is 5 s; the rest is for a busy machine to notice the signal and to tell us of the end. */
const BOUND = 6000;

const { image } = await ensureKaniko();
const config = await dockerConfig({ buildx: true });
afterAll(() => config[Symbol.asyncDispose]());
const { images } = inject("services");
const parameters = { name: "interrupted/app", base_image: images.pythonSmall };
/** kaniko unpacks its base before each step it is to be interrupted in. */
const parametersFor = (builder: string) =>
  builder === "kaniko" ? { ...parameters, base_image: images.musl } : parameters;

interface Signalled {
  builder: string;
  phase: Phase;
  signal: "SIGINT" | "SIGTERM" | "SIGHUP";
}

const PHASES: Record<string, Phase[]> = {
  "uv-micromamba": [HASHING, SENDING, RESOLVING, PUSHING],
  "docker-buildx": [HASHING, SENDING, COMMAND, PUSHING],
  kaniko: [HASHING, SENDING, COMMAND, PUSHING],
};
const OPTIONS: Record<string, string[]> = { kaniko: ["--builder-option", `image=${image}`] };
const SETTINGS: PlaceOptions = { env: { DOCKER_CONFIG: config.path } };
const SIGNALS = ["SIGHUP", "SIGTERM", "SIGINT"] as const;
const ALL = Object.entries(PHASES).flatMap(([builder, phases]) =>
  phases.flatMap((phase) => SIGNALS.map((signal): Signalled => ({ builder, phase, signal }))),
);

const build = (builder: string) => ["build", "--force", "--builder", builder, ...(OPTIONS[builder] ?? [])];

describe("a signal ends a build within five seconds and leaves nothing behind", () => {
  test.for(sample(ALL, 7, 21))("$signal while $builder is $phase.name", async ({ builder, phase, signal }) => {
    await using place = await phase.make(parametersFor(builder), SETTINGS);
    const run = await startInto(phase, place, ...build(builder), "--json");
    const start = performance.now();
    process.kill(run.child.pid as number, signal);
    const { code } = await run.ended;
    expect(performance.now() - start).toBeLessThan(BOUND);
    expect(code).toBe(130);
    expect(await leftoversIn(place)).toEqual([]);
    expect(place.tags).toEqual({});
  });
});

describe("closing the terminal ends a build within five seconds and leaves nothing behind", () => {
  test("its outputs are pipes that nobody reads anymore", async () => {
    await using place = await PUSHING.make(parameters, SETTINGS);
    const run = await startInto(PUSHING, place, ...build("uv-micromamba"), "--json");
    const start = performance.now();
    run.child.stdout?.destroy();
    run.child.stderr?.destroy();
    run.kill("SIGHUP");
    expect((await run.ended).code).toBe(130);
    expect(performance.now() - start).toBeLessThan(BOUND);
    expect(await leftoversIn(place)).toEqual([]);
  });

  test.for([
    { builder: "uv-micromamba", how: "a live tree", more: [] },
    { builder: "kaniko", how: "events", more: ["--json"] },
  ])("$builder shows $how on a real terminal", async ({ builder, more }) => {
    await using place = await PUSHING.make(parametersFor(builder), SETTINGS);
    const command = [process.execPath, MAIN, ...build(builder), ...more].map((word) => `'${word}'`).join(" ");
    // `script` holds the terminal; when it is gone, the kernel hangs up.
    const terminal = spawn("script", ["--quiet", "--return", "--command", command, "/dev/null"], {
      cwd: place.project,
      env: { ...place.env, TERM: "xterm" },
      detached: true,
      stdio: ["pipe", "ignore", "ignore"],
    });
    await pushBegins(place);
    const start = performance.now();
    terminal.kill("SIGKILL");
    await expect.poll(() => processesOf(place), { timeout: BOUND }).toEqual([]);
    expect(performance.now() - start).toBeLessThan(BOUND);
    expect(await leftoversIn(place)).toEqual([]);
    expect(place.tags).toEqual({});
  });
});
