import { describe, expect, it } from "vitest";
import { parsePylock } from "./pylock.ts";
import { requiredHashes } from "./required-hashes.ts";

const [A, B] = ["a".repeat(64), "b".repeat(64)];
const LOCK = `lock-version = "1.0"

[[packages]]
name = "six"
version = "1.0"
wheels = [
  { url = "https://example.test/six-1.0-py3-none-any.whl", size = 5, hashes = { sha256 = "${A}" } },
  { url = "https://example.test/six-1.0-cp311-cp311-manylinux_2_17_x86_64.whl", hashes = { sha256 = "${B}" } },
]

[[packages]]
name = "direct"
version = "2.0"
archive = { url = "https://example.test/d/direct-2.0-py3-none-any.whl#sha256=x", hashes = { sha256 = "${A}" } }

[[packages]]
name = "found"
version = "3.0"
wheels = [{ path = "links/found-3.0-py3-none-any.whl", hashes = {} }]
`;

describe("parsePylock", () => {
  it("takes the best wheel of each, with hash, size and address", () => {
    expect(parsePylock(LOCK, "3.11", "/work")).toEqual([
      {
        name: "six",
        version: "1.0",
        filename: "six-1.0-cp311-cp311-manylinux_2_17_x86_64.whl",
        url: "https://example.test/six-1.0-cp311-cp311-manylinux_2_17_x86_64.whl",
        sha256: B,
        size: undefined,
      },
      {
        name: "direct",
        version: "2.0",
        filename: "direct-2.0-py3-none-any.whl",
        url: "https://example.test/d/direct-2.0-py3-none-any.whl",
        sha256: A,
        size: undefined,
      },
      {
        name: "found",
        version: "3.0",
        filename: "found-3.0-py3-none-any.whl",
        url: "file:///work/links/found-3.0-py3-none-any.whl",
        sha256: undefined,
        size: undefined,
      },
    ]);
  });

  it("takes only hashes that the requirements admit", () => {
    const six = (hashes: Set<string>) => parsePylock(LOCK, "3.11", "/", new Map([["six", hashes]]))[0]?.sha256;
    expect(six(new Set([A]))).toBe(A);
    expect(() => six(new Set(["c".repeat(64)]))).toThrow(/six 1\.0 has a hash/);
  });

  it("refuses what must be built", () => {
    for (const rest of [
      "",
      'vcs = { type = "git", url = "https://x" }',
      'sdist = { url = "https://x/a-1.tar.gz" }',
      'archive = { url = "https://x/a-1.tar.gz" }',
    ])
      expect(() => parsePylock(`[[packages]]\nname = "a"\nversion = "1"\n${rest}\n`, "3.11", "/"), rest).toThrow(
        /a 1 has no wheel/,
      );
  });
});

describe("requiredHashes", () => {
  it("reads hashes behind a requirement, over continued lines", () => {
    const text = `# comment --hash=sha256:${B}\nSix.Pack==1.0 \\\n    --hash=sha256:${A} \\\n    --hash=sha256:${B}\nflask\n`;
    expect(requiredHashes([text])).toEqual(new Map([["six-pack", new Set([A, B])]]));
  });
});
