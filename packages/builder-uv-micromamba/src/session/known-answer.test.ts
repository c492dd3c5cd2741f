import { copyFile, mkdtemp, rename, rm, symlink, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { CacheFolder } from "../cache/cache-folder.ts";
import { RecordStore } from "../cache/record-store.ts";
import { knownAnswer } from "./known-answer.ts";

let root: string;
let records: RecordStore;
let asked: number;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), "known-answer-"));
  const cache = new CacheFolder({ IMAGESPEC_CACHE_DIR: join(root, "cache") });
  await cache.open();
  records = new RecordStore(cache);
  asked = 0;
});
afterEach(() => rm(root, { recursive: true }));

/** A program, or a library, of machine code. */
const machineCode = async (name: string) => {
  await copyFile("/bin/true", join(root, name));
  await utimes(join(root, name), new Date(0), new Date(0));
  return join(root, name);
};
const answer = (program: string, ...libraries: string[]) =>
  knownAnswer(records, { kind: "answers", program }, async () => ({ answer: `answer ${++asked}`, libraries }));

describe("knownAnswer", () => {
  it("asks once while the files are the same", async () => {
    const [program, library] = [await machineCode("program"), await machineCode("library.so")];
    expect(await answer(program, library)).toBe("answer 1");
    expect(await answer(program)).toBe("answer 1");
  });

  it.each<[what: string, change: (program: string, library: string) => Promise<void>]>([
    [
      "the program is written with the same size and time",
      async (program) => {
        await copyFile("/bin/true", program);
        await utimes(program, new Date(0), new Date(0));
      },
    ],
    ["the program is replaced", async (program) => rename(await machineCode("new"), program)],
    ["the library is replaced", async (_, library) => rename(await machineCode("new"), library)],
    ["the library is gone", (_, library) => rm(library)],
  ])("asks again when %s", async (_, change) => {
    const [program, library] = [await machineCode("program"), await machineCode("library.so")];
    expect(await answer(program, library)).toBe("answer 1");
    await change(program, library);
    expect(await answer(program)).toBe("answer 2");
  });

  it("asks again when a link leads elsewhere", async () => {
    await symlink(await machineCode("program"), join(root, "link"));
    expect(await answer(join(root, "link"))).toBe("answer 1");
    await rm(join(root, "link"));
    await symlink(await machineCode("another"), join(root, "link"));
    expect(await answer(join(root, "link"))).toBe("answer 2");
  });

  it("asks a script each time, and where it is not known which files answered", async () => {
    const script = join(root, "script");
    await writeFile(script, "#!/bin/sh\n", { mode: 0o755 });
    expect([await answer(script), await answer(script)]).toEqual(["answer 1", "answer 2"]);
    const program = await machineCode("program");
    expect([await answer(program, "unknown"), await answer(program)]).toEqual(["answer 3", "answer 4"]);
  });

  it("keeps no answer where there is none", async () => {
    const program = await machineCode("program");
    expect(await knownAnswer(records, { kind: "answers", program }, async () => undefined)).toBeUndefined();
    expect(await answer(program)).toBe("answer 1");
  });
});
