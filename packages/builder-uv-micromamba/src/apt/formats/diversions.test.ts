import { describe, expect, it } from "vitest";
import { addDiversion } from "./diversions.ts";

const lines = (path: string, by: string) => `${path}\n${path}.usr-is-merged\n${by}\n`;
/** Of Debian 13's base, as its dpkg wrote it. */
const BASE = [
  lines("/lib64/ld-linux-x86-64.so.2", "libc6"),
  ...["/libx32\n/.libx32", "/lib32\n/.lib32", "/libo32\n/.libo32"].map((two) => `${two}.usr-is-merged\nbase-files\n`),
];
const readline = (name: string) => `/lib/x86_64-linux-gnu/${name}`;
const diverted = (text: string, name: string) =>
  addDiversion(text, { path: readline(name), to: `${readline(name)}.usr-is-merged`, by: "libreadline8t64" });

describe("addDiversion", () => {
  it("writes what dpkg-divert writes, in its order", () => {
    const names = ["libhistory.so.8", "libhistory.so.8.2", "libreadline.so.8", "libreadline.so.8.2"];
    const ours = (name: string) => lines(readline(name), "libreadline8t64");
    expect(names.reduce(diverted, BASE.join(""))).toBe(
      [
        ours("libhistory.so.8.2"),
        ours("libreadline.so.8"),
        BASE[0],
        ours("libhistory.so.8"),
        ours("libreadline.so.8.2"),
        ...BASE.slice(1),
      ].join(""),
    );
  });

  it("begins a list where there is none", () => {
    expect(diverted("", "libreadline.so.8")).toBe(lines(readline("libreadline.so.8"), "libreadline8t64"));
  });

  it("hands on a path that is diverted already", () => {
    expect(() => addDiversion(BASE.join(""), { path: "/lib32", to: "/else", by: "demo" })).toThrow(
      expect.objectContaining({
        code: "E_UNSUPPORTED",
        message: "demo diverts /lib32, which base-files has diverted",
      }),
    );
  });
});
