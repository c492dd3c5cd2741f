import { describe, expect, it } from "vitest";
import { LARGEST_TEXT, replacePrefix } from "./prefix-placeholder.ts";

const PREFIX = "/opt/micromamba/envs/runtime";
const put = (content: string, text: string, mode: "text" | "binary") =>
  replacePrefix(Buffer.from(content), { text, mode }, PREFIX, "x.conda: bin/x").toString();

describe("replacePrefix", () => {
  it("puts the prefix in everywhere", () => {
    expect(put("#!/place/bin/x /place\n", "/place", "text")).toBe(`#!${PREFIX}/bin/x ${PREFIX}\n`);
  });

  it.each(["text", "binary"] as const)("refuses an empty placeholder in %s", (mode) => {
    expect(() => put("content", "", mode)).toThrow("x.conda: bin/x has an empty prefix placeholder");
  });

  it("refuses a file that the prefix would make too large", () => {
    const content = Buffer.alloc(Math.ceil(LARGEST_TEXT / PREFIX.length) + 1, "a");
    expect(() => replacePrefix(content, { text: "a", mode: "text" }, PREFIX, "x.conda: bin/x")).toThrow(/more than/);
  });
});
