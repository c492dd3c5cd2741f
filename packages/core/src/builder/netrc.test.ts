import { describe, expect, it } from "vitest";
import { parseNetrc } from "./netrc.ts";

describe("parseNetrc", () => {
  it("reads one or many lines, a default, and comments", () => {
    expect(
      parseNetrc(
        "# x\nmachine a\n login b\n password c\nmachine D login e account f password g default login h password i",
      ),
    ).toEqual([
      { host: "a", username: "b", password: "c" },
      { host: "d", username: "e", password: "g" },
      { host: "*", username: "h", password: "i" },
    ]);
  });
});
