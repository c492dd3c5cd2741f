import { mkdtemp, readdir, rm, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { draftPath, sweepDrafts } from "./draft.ts";
import { processMark } from "./process-mark.ts";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "draft-"));
});
afterEach(() => rm(folder, { recursive: true }));

/** The draft as a process would have named it that had this pid at another time, or on another machine. */
function draftOf(name: string, who: "ended" | "elsewhere"): string {
  const [place, pid, start] = processMark().split(".");
  const mark = who === "ended" ? `${place}.${pid}.${Number(start) - 1}` : "0123456789abcdef.1.1";
  return join(folder, basename(draftPath(name)).replace(processMark(), mark));
}

it("removes what ended processes left, and what others did not touch for long", async () => {
  const [mine, ended, young, old] = [
    draftPath(join(folder, "file")),
    draftOf("file", "ended"),
    draftOf("file", "elsewhere"),
    draftOf("file", "elsewhere"),
  ];
  const users = join(folder, "song.part");
  for (const path of [mine, ended, young, old, users]) await writeFile(path, "");
  await utimes(old, new Date(0), new Date(0));
  await utimes(users, new Date(0), new Date(0));
  await sweepDrafts(folder);
  const left = [mine, young, users].map((path) => basename(path));
  expect((await readdir(folder)).sort()).toEqual(left.sort());
  await sweepDrafts(folder, { ours: true });
  expect(await readdir(folder)).not.toContain("song.part");
});

it("leaves the drafts of other files alone when it is asked for one", async () => {
  const [mine, other] = [draftOf("x.tar", "ended"), draftOf("y.x.tar", "ended")];
  for (const path of [mine, other]) await writeFile(path, "");
  await sweepDrafts(folder, { name: "x.tar" });
  expect(await readdir(folder)).toEqual([basename(other)]);
});
