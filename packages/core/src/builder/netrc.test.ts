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

  it.each([
    ["a word in quotes, with a space", 'machine a login b password "correct horse"', "correct horse"],
    ["quotes and a backslash in quotes", String.raw`machine a login b password "say \"x\" \\ \t."`, 'say "x" \\ \t.'],
    ["# inside a value", "machine a login b password c#d", "c#d"],
    ["# at a value's start", "machine a login b password #c", "#c"],
    ["# in quotes", 'machine a login b password "# c"', "# c"],
    ["a comment behind the value", "machine a login b password c # machine x", "c"],
    ["a backslash without quotes", String.raw`machine a login b password c\d`, String.raw`c\d`],
    ["a quote that never ends", 'machine a login b password "c', '"c'],
    ["a value that is a keyword", "machine a login login password machine", "machine"],
    ["a quote that never ends, before another", 'machine a login b password "c\nmachine x account "y"', '"c'],
    ["keywords of any case", "MACHINE a Login b PASSWORD Machine", "Machine"],
    ["a space that is not of ASCII", "machine a login b password c\u00a0\u2003d", "c\u00a0\u2003d"],
    ["a byte order mark and line ends of Windows", "\uFEFFmachine a\r\n\tlogin b\r\n\tpassword c\r\n", "c"],
    ["a macro of Windows", "macdef init\r\nput machine z\r\n\r\nmachine a login b password c", "c"],
    ["a macro before it", "macdef init\nput machine z\n\nmachine a login b password c", "c"],
  ])("%s", (_, text, password) => {
    expect(parseNetrc(text)).toEqual([{ host: "a", username: expect.stringMatching(/^(b|login)$/), password }]);
  });

  it("is linear in what it reads", () => {
    const text = `machine a login b password "${"\\".repeat(200_000)}\n${"# ".repeat(200_000)}`;
    expect(parseNetrc(text)[0]?.host).toBe("a");
  });
});
