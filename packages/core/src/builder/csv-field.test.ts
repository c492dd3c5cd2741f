import { expect, test } from "vitest";
import { csvField } from "./csv-field.ts";

test.each([
  ["src=/a b", "src=/a b"],
  ["src=/a,b", '"src=/a,b"'],
  ['src=/a"b', '"src=/a""b"'],
  ["a\nb", '"a\nb"'],
  ["a\rb", '"a\rb"'],
  ["", ""],
])("%j is written as %j", (text, field) => expect(csvField(text)).toBe(field));
