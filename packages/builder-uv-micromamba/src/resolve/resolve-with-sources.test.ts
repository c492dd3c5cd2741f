import { describe, expect, it } from "vitest";
import type { ResolvedSource } from "../source-build/source-kinds.ts";
import type { StaticMetadata } from "../source-build/wheel-metadata.ts";
import { type CompileAnswer, resolveWithSources } from "./resolve-with-sources.ts";

const metadata = (name: string, version: string, requires: string[] = []): StaticMetadata => ({
  name,
  version,
  requires,
  requiresPython: undefined,
  extras: [],
});
const source = (name: string, version: string, directUrl?: string): ResolvedSource => ({
  name,
  version,
  archive: { filename: `${name}.tar.gz`, url: "", hashes: [], size: undefined },
  directUrl,
});

/** A resolver that answers in turn, and notes under what it was asked. */
function resolver(answers: CompileAnswer[], wheels: StaticMetadata[], direct: string[] = []) {
  const asked: string[][] = [];
  const built: string[] = [];
  const resolved = resolveWithSources({
    compile: async (known) => {
      asked.push(known.map(({ name, version, requires }) => [name, version, ...requires].join(" ")));
      return answers.shift() as CompileAnswer;
    },
    build: async ({ name }) => {
      built.push(name);
      return wheels.find((one) => one.name === name) as StaticMetadata;
    },
    direct,
  });
  return { resolved, asked, built };
}

describe("resolveWithSources", () => {
  it("asks again under what wheels that were built need, until nothing new is named", async () => {
    const first = { wheels: [], sources: [source("a", "1.0")] };
    const last = { wheels: [], sources: [source("a", "1.0"), source("b", "2")] };
    const { resolved, asked, built } = resolver(
      [{ unknown: ["A 1.00"] }, first, last, last],
      [metadata("a", "1.0", ["b"]), metadata("b", "2")],
    );
    expect(await resolved).toBe(last);
    // What was taken for nothing is forgotten once it is known, however its version was spelled.
    expect(asked).toEqual([[], ["A 1.00"], ["a 1.0 b"], ["a 1.0 b", "b 2"]]);
    expect(built).toEqual(["a", "b"]);
  });

  it("replaces what stands for an address by what its wheel says", async () => {
    const found = { wheels: [], sources: [source("a", "0", "{}")] };
    const after = { wheels: [], sources: [source("a", "3.1", "{}")] };
    const { resolved, asked } = resolver([found, after], [metadata("a", "3.1", ["c"])], ["a"]);
    expect(await resolved).toBe(after);
    expect(asked).toEqual([["a 0"], ["a 3.1 c"]]);
  });

  it("ends where it learns nothing more", async () => {
    const { resolved } = resolver([{ unknown: ["a 1"] }, { unknown: ["a 1"] }], []);
    await expect(resolved).rejects.toMatchObject({ code: "E_UNSUPPORTED", message: expect.stringContaining("a 1") });
    await expect(resolver([{ unknown: [] }], []).resolved).rejects.toMatchObject({ code: "E_UNSUPPORTED" });
  });
});
