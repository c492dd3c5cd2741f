import { expect, it } from "vitest";
import { resolveExport } from "./resolve-export.ts";

it.each([
  ["./main.js", ".", "./main.js"],
  ["./main.js", "./builder", undefined],
  [{ import: "./m.mjs", require: "./m.cjs" }, ".", "./m.mjs"],
  [{ "./builder": "./b.js" }, "./builder", "./b.js"],
  [{ "./builder": { types: "./b.d.ts", node: { import: "./n.js" }, default: "./d.js" } }, "./builder", "./n.js"],
  [{ "./builder": { require: "./r.cjs" } }, "./builder", undefined],
  [{ "./builder": [{ browser: "./w.js" }, "./a.js"] }, "./builder", "./a.js"],
  [{ "./*": "./dist/*.js" }, "./sub/builder", "./dist/sub/builder.js"],
  [{ "./*": "./dist/*.js", "./b*": "./special/*.js" }, "./builder", "./special/uilder.js"],
  [{ "./*": "./dist/*.js", "./private/*": null }, "./private/x", undefined],
  [{ "./builder": "../outside.js" }, "./builder", undefined],
  [{ "./builder": "./a/../../outside.js" }, "./builder", undefined],
  [{ "./x": "./x.js" }, "toString", undefined],
  [undefined, ".", undefined],
])("%j %s -> %s", (exports, subpath, file) => {
  expect(resolveExport(exports, subpath)).toBe(file);
});
