import { describe, expect, it } from "vitest";
import { parseRequirements } from "./parse-requirements.ts";

const breaches = (text: string) => parseRequirements(text).breaches.map(({ line, code }) => [line, code]);

describe("parseRequirements", () => {
  it("takes what pip takes", () => {
    const text = [
      "\ufeff# a comment",
      "numpy==2.1.0  # why",
      "requests[socks] >= 2, < 3 ; python_version > '3.9'",
      "x @ https://host/x.whl#sha256=00",
      "git+https://host/x.git@v1#egg=x",
      "--index-url https://host/simple",
      "--extra-index-url=https://host/more",
      "-f https://host/links",
      "--no-binary :all:",
      "pkg==1.0 \\",
      "    --hash=sha256:abc123 \\",
      "    --hash=sha256:def456",
      "",
      "-r base.txt",
      "-rshort.txt",
      "--requirement=other.txt",
      "-c 'with space.txt'",
      "two \\",
      "# a comment ends the line before",
      "three",
    ].join("\r\n");
    expect(parseRequirements(text)).toEqual({
      breaches: [],
      extraArgs: [],
      nested: [
        { line: 14, path: "base.txt" },
        { line: 15, path: "short.txt" },
        { line: 16, path: "other.txt" },
        { line: 17, path: "with space.txt" },
      ],
    });
  });

  it("gives uv by argument what it does not honour in a file", () => {
    expect(parseRequirements("--pre\n--require-hashes\n").extraArgs).toEqual([
      "--prerelease=allow",
      "--require-hashes",
    ]);
  });

  it.each([
    ["a\n-e .", 2, "editable"],
    ["--editable=src", 1, "editable"],
    ["a\n\n./dir", 3, "local_path"],
    ["dir/x.whl", 1, "local_path"],
    ["x @ file:///x", 1, "local_path"],
    ["--find-links ./wheels", 1, "local_path"],
    ["-i file:///index", 1, "local_path"],
    ["-r https://host/r.txt", 1, "remote_file"],
    ["--trusted-host x", 1, "option"],
    ["--index-url https://u:p@host/simple", 1, "userinfo"],
    ["x @ https://token@host/x.whl", 1, "userinfo"],
    ["a \\\n  b", 1, "requirement"],
  ])("refuses %j", (text, line, code) => {
    expect(breaches(text)).toEqual([[line, code]]);
  });
});
