import { expect, it } from "vitest";
import { parseTargets } from "./parse-targets.ts";

it.each(["", "a\tb", "a\nb", "a\u2028b", "\u0000"])("refuses the name %j of an image, which is not a line", (name) => {
  expect(() => parseTargets({ images: { [name]: { name: "x" } } }, {})).toThrow(
    expect.objectContaining({ code: "E_SPEC", faults: [expect.objectContaining({ path: ["images", name] })] }),
  );
});

it.each(["a b", "__proto__", "é", "a/b"])("takes the name %j", (name) => {
  const images = Object.fromEntries([[name, { name: "x" }]]);
  expect(parseTargets({ images }, {}).map((target) => target.name)).toEqual([name]);
});
