import { describe, expect, it } from "vitest";
import { extraArgumentsBreach, splitArguments } from "./split-arguments.ts";

describe("splitArguments", () => {
  it.each([
    ["--no-deps  --pre", ["--no-deps", "--pre"]],
    ["--a 'b c' --d=\"e f\"", ["--a", "b c", "--d=e f"]],
    ["'' x\\ny", ["", "x\\ny"]],
    [" \t\n", []],
    ["'a", undefined],
    ['x"', undefined],
  ])("of %j", (text, parts) => {
    expect(splitArguments(text)).toEqual(parts);
  });
});

describe("extraArgumentsBreach", () => {
  it.each(["--no-deps", "--no-binary :all:", "--exclude-newer 2024-01-01", "--resolution=lowest", "--reinstall"])(
    "takes %s",
    (text) => {
      expect(extraArgumentsBreach(text)).toBeUndefined();
    },
  );

  it.each([
    ["-e .", "file_option"],
    ["-r more.txt", "file_option"],
    ["-rmore.txt", "file_option"],
    ["--no-deps --constraint=c.txt", "file_option"],
    ["--config-file uv.toml", "file_option"],
    ["'", "quote"],
    [" ", "empty"],
  ])("refuses %s", (text, code) => {
    expect(extraArgumentsBreach(text)).toMatchObject({ code, hint: expect.stringMatching(/./) });
  });
});
