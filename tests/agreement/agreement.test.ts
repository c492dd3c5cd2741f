import { imageSpecJsonSchema } from "@imagespec/core";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { sample } from "../support/sample.ts";
import { buildEverywhere, builtBase, exitCodes } from "./build-everywhere.ts";
import { condaAsText } from "./conda-as-text.ts";
import { ALLOWED_DIFFERENCES } from "./differences.ts";
import { disagreements, Tally } from "./disagreements.ts";
import { adoptedBase } from "./noop-base.ts";
import { randomSpecs } from "./random-specs.ts";
import { sampledCases } from "./sampled-cases.ts";
import { type ComparedBuilder, startSetting } from "./setting.ts";

const isFull = process.env.IMAGESPEC_TEST_FULL === "1";
// Specs take turns on the machine's processors: where all builders take hundreds of specs, waiting is part of a test's
// time.
if (isFull) vi.setConfig({ testTimeout: 1_800_000 });
const setting = await startSetting();
const { seed, specs } = randomSpecs(setting.places);
const cases = sampledCases(setting.places, seed);
const tally = new Tally();
beforeAll(() => {
  for (const [name, value] of Object.entries(setting.env)) vi.stubEnv(name, value);
});
afterAll(async () => {
  vi.unstubAllEnvs();
  await setting[Symbol.asyncDispose]();
  console.log(`agreement: ${tally}; IMAGESPEC_SEED=${seed} IMAGESPEC_RUNS=${specs.length}`);
});

/**
 * All builders; in the sample, kaniko, which takes longest, builds only some specs. Where the daemonless builder
 * refuses a spec, kaniko builds it instead, so that there are always two.
 */
const withKaniko = new Set([
  ...sample(
    cases.flatMap(({ name, ends }) => (ends === "built" ? [name] : [])),
    2,
    seed,
  ),
  ...sample(
    specs.map((_, index) => `random-${index}`),
    1,
    seed,
  ),
]);
async function buildAll(name: string, spec: (typeof specs)[number]) {
  const isKaniko = ({ type }: ComparedBuilder) => type === "kaniko";
  const all = isFull || withKaniko.has(name);
  const made = await buildEverywhere(
    setting,
    name,
    spec,
    all ? setting.builders : setting.builders.filter((one) => !isKaniko(one)),
  );
  const taking = made.filter((one) => one.kind === "image" || one.code !== "E_UNSUPPORTED");
  if (all || taking.length > 1) return made;
  return [...made, ...(await buildEverywhere(setting, name, spec, setting.builders.filter(isKaniko)))];
}

describe.concurrent("a spec that stands for a kind of input", () => {
  for (const { name, says, base, spec, ends, warns } of cases) {
    test(says, async () => {
      const described = spec({
        ...setting.places,
        base: base ? await builtBase(setting, name, base(setting.places)) : "",
      });
      const made = await buildAll(name, described);
      tally.note(described);
      expect(disagreements(made, tally).join("\n")).toBe("");
      const taking = made.filter((one) => one.kind === "image" || one.code !== "E_UNSUPPORTED");
      const said = taking.map((one) => (one.kind === "image" ? `${one.builder}: built` : one.message)).join("\n");
      for (const one of taking) expect([ends].flat(), said).toContain(one.kind === "image" ? "built" : one.code);
      for (const one of made)
        if (warns && one.kind === "image")
          expect(one.warnings, one.builder).toContainEqual(expect.stringMatching(warns));
    });
  }
});

describe("the command refuses a spec with the same code and exit code whichever builder is named", () => {
  const refused = cases.filter(({ ends, base }) => ends !== "built" && base === undefined);
  for (const { says, spec, ends } of sample(refused, 4, seed)) {
    test(says, async () => {
      const ended = await exitCodes(setting, spec({ ...setting.places, base: "" }));
      const taking = ended.filter(({ code }) => code !== "E_UNSUPPORTED");
      expect(taking.length).toBeGreaterThan(1);
      const { exit } = taking[0] ?? {};
      for (const one of taking) expect([ends].flat()).toContain(one.code);
      expect(taking).toEqual(taking.map((one) => ({ ...one, exit })));
      expect([1, 2, 75]).toContain(exit);
    });
  }
});

describe.concurrent(`specs from the grammar, IMAGESPEC_SEED=${seed}`, () => {
  for (const [index, spec] of specs.entries()) {
    test(`spec ${index}`, async () => {
      tally.note(spec);
      const made = await buildAll(`random-${index}`, spec);
      expect(disagreements(made, tally).join("\n"), JSON.stringify(spec)).toBe("");
    });
  }
});

test("conda environments, which are not built here, are requested by the same text", async () => {
  const { parameters, texts } = await condaAsText();
  for (const spec of parameters) tally.note({ parameters: spec });
  for (const { builder, text } of texts) expect({ builder, text }).toEqual({ builder, text: texts[0]?.text });
});

test("a base without a shell is built on without one, and refused by name where steps need it", async () => {
  const parameters = { baseImage: setting.places.services.images.noShell, env: { A: "1" } };
  const made = await buildEverywhere(setting, "no-shell", { parameters }, setting.builders);
  expect(Object.fromEntries(made.map((one) => [one.builder, one.kind === "image" ? "built" : one.code]))).toEqual({
    "uv-micromamba": "built",
    "docker-buildx": "E_BASE_NO_SHELL",
    kaniko: "E_BASE_NO_SHELL",
  });
});

test("noop returns the very base that the others build on", async () => {
  const { reference, base } = await adoptedBase(setting);
  expect(reference).toBe(base);
});

describe("the suite itself", () => {
  test("every parameter occurred", () => {
    const { properties } = imageSpecJsonSchema() as { properties: Record<string, { $ref?: string }> };
    const names = Object.keys(properties).filter((name) => properties[name]?.$ref === undefined && name !== "images");
    expect(names.length).toBeGreaterThan(28);
    expect(names.filter((name) => !tally.parameters.has(name))).toEqual([]);
  });

  test("every line of the table of differences is still needed, as the whole run shows", () => {
    const dead = ALLOWED_DIFFERENCES.filter((line) => !line.isChance && !tally.needed.has(line)).map(
      ({ pattern }) => pattern,
    );
    if (isFull) expect(dead).toEqual([]);
    else console.log(`lines of the table that this sample did not need: ${dead.join(", ") || "none"}`);
    expect(tally.images).toBeGreaterThan(cases.filter(({ ends }) => ends === "built").length);
  });
});
