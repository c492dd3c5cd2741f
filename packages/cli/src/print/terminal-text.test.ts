import { expect, it } from "vitest";
import { seconds } from "./terminal-text.ts";

it.each([
  [0.04, "0.0 s"],
  [59.94, "59.9 s"],
  [59.97, "1 min 0 s"],
  [119.4, "1 min 59 s"],
  [119.7, "2 min 0 s"],
  [3725, "62 min 5 s"],
])("says %f seconds as %s", (value, text) => expect(seconds(value)).toBe(text));
