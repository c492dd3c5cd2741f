import { describe, expect, it } from "vitest";
import { GLIBC } from "../target/fixtures/targets.ts";
import { wheelTags } from "../target/wheel-tags.ts";
import { markerEnvironment } from "./lock-limits.ts";
import { parsePylock } from "./pylock.ts";
import { requiredHashes, requiresHashes } from "./required-hashes.ts";

const TAGS = wheelTags(GLIBC);
const ENVIRONMENT = markerEnvironment(GLIBC);
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
archive = { url = "https://example.test/d/direct-2.0-py3-none-any.whl#sha256=${A}", hashes = { sha256 = "${A}" } }

[[packages]]
name = "found"
version = "3.0"
wheels = [{ path = "links/found-3.0-py3-none-any.whl", hashes = {} }]
`;

describe("parsePylock", () => {
  it("takes the best wheel of each, with hash, size and address", () => {
    expect(parsePylock(LOCK, { tags: TAGS, folder: "/work" }).wheels).toEqual([
      {
        name: "six",
        version: "1.0",
        filename: "six-1.0-cp311-cp311-manylinux_2_17_x86_64.whl",
        url: "https://example.test/six-1.0-cp311-cp311-manylinux_2_17_x86_64.whl",
        hashes: [`sha256:${B}`],
        size: undefined,
      },
      {
        name: "direct",
        version: "2.0",
        filename: "direct-2.0-py3-none-any.whl",
        url: "https://example.test/d/direct-2.0-py3-none-any.whl",
        hashes: [`sha256:${A}`],
        size: undefined,
        directUrl: '{"url":"https://example.test/d/direct-2.0-py3-none-any.whl","archive_info":{}}',
      },
      {
        name: "found",
        version: "3.0",
        filename: "found-3.0-py3-none-any.whl",
        url: "file:///work/links/found-3.0-py3-none-any.whl",
        hashes: [],
        size: undefined,
      },
    ]);
  });

  it("takes the wheel that uv says it has chosen", () => {
    const six = (file: string) =>
      parsePylock(LOCK, { tags: TAGS, folder: "/", chosen: new Map([["six==1.0", file]]) }).wheels[0]?.filename;
    for (const file of ["six-1.0-py3-none-any.whl", "six-1.0-cp311-cp311-manylinux_2_17_x86_64.whl"])
      expect(six(file)).toBe(file);
    expect(six("six-1.0-1-py3-none-any.whl")).toBe("six-1.0-cp311-cp311-manylinux_2_17_x86_64.whl");
  });

  it("takes the source where requirements admit its hash and that of no wheel", () => {
    const [wheel, source, other] = [A, B, "c".repeat(64)];
    const read = (allowed: string, sourceHashes = `{ sha256 = "${source}" }`) =>
      parsePylock(
        `[[packages]]\nname = "a"\nversion = "1"\nsdist = { url = "https://x/a-1.tar.gz", hashes = ${sourceHashes} }\n` +
          `wheels = [{ url = "https://x/a-1-py3-none-any.whl", hashes = { sha256 = "${wheel}" } }]`,
        { tags: TAGS, folder: "/", allowed: new Map([["a", new Set([`sha256:${allowed}`])]]) },
      );
    expect(read(wheel).wheels).toHaveLength(1);
    expect(read(source)).toMatchObject({ wheels: [], sources: [{ archive: { filename: "a-1.tar.gz" } }] });
    expect(read(other, "{}").sources[0]?.archive?.oneOf).toEqual([`sha256:${other}`]);
    expect(() => read(other)).toThrow(/No file of a 1 has a hash/);
  });

  it("takes only hashes that the requirements admit", () => {
    const six = (...hashes: string[]) =>
      parsePylock(LOCK, { tags: TAGS, folder: "/", allowed: new Map([["six", new Set(hashes)]]) }).wheels[0];
    expect(six(`sha256:${A}`)?.hashes).toEqual([`sha256:${A}`]);
    expect(six(`sha256:${A}`)?.oneOf).toBeUndefined();
    expect(() => six(`sha256:${"c".repeat(64)}`)).toThrow(/six 1\.0 has a hash/);
    // An index that tells another kind of hash: the file itself is checked.
    const both = [`sha256:${"c".repeat(64)}`, `sha512:${"c".repeat(128)}`];
    expect(six(...both)?.oneOf).toEqual(both);
    expect(six(`sha512:${"c".repeat(128)}`)?.oneOf).toEqual([`sha512:${"c".repeat(128)}`]);
  });

  it("takes all hashes of index and address, and refuses those that cannot be checked", () => {
    const direct = (fragment: string, hashes: string) =>
      parsePylock(
        `[[packages]]\nname = "a"\nversion = "1"\narchive = { url = "https://x/a-1-py3-none-any.whl${fragment}", hashes = { ${hashes} } }`,
        { tags: TAGS, folder: "/" },
      ).wheels[0]?.hashes;
    const C = "c".repeat(128);
    expect(direct(`#sha512=${C.toUpperCase()}`, `sha256 = "${A}"`)).toEqual([`sha256:${A}`, `sha512:${C}`]);
    expect(() => direct("#sha256=x", "")).toThrow(/malformed/);
    expect(direct("", `blake2b = "${A}", sha3_256 = "${A}", sha256 = "${B}"`)).toEqual([`sha256:${B}`]);
    expect(direct("#blake2b=0", `sha1 = "${"0".repeat(40)}"`)).toEqual([`sha1:${"0".repeat(40)}`]);
    expect(() => direct("", `blake2b = "${A}"`)).toThrow(
      expect.objectContaining({ code: "E_UNSUPPORTED", message: expect.stringMatching(/checked here, only blake2b/) }),
    );
  });

  it("tells what is built from which source, and refuses what has none", () => {
    const read = (rest: string, allowed?: string) =>
      parsePylock(`[[packages]]\nname = "a"\nversion = "1"\n${rest}\n`, {
        tags: TAGS,
        folder: "/",
        allowed: new Map(allowed ? [["a", new Set([allowed])]] : []),
      }).sources[0];
    const commit = "0".repeat(40);
    expect(read(`vcs = { type = "git", url = "https://x", commit-id = "${commit}", subdirectory = "s" }`)).toEqual({
      name: "a",
      version: "1",
      git: { url: "https://x", commit, subdirectory: "s" },
      directUrl: `{"url":"https://x","vcs_info":{"vcs":"git","commit_id":"${commit}"},"subdirectory":"s"}`,
    });
    const file = { filename: "a-1.tar.gz", url: "https://x/a-1.tar.gz" };
    expect(read('sdist = { url = "https://x/a-1.tar.gz" }')).toMatchObject({ archive: file });
    expect(read('sdist = { url = "https://x/a-1.tar.gz" }')?.directUrl).toBeUndefined();
    expect(read('sdist = { url = "https://x/a-1.tar.gz" }', `sha256:${A}`)?.archive?.oneOf).toEqual([`sha256:${A}`]);
    expect(read('archive = { url = "https://x/a-1.tar.gz", subdirectory = "s" }')).toMatchObject({
      archive: { ...file, subdirectory: "s" },
      directUrl: '{"url":"https://x/a-1.tar.gz","archive_info":{},"subdirectory":"s"}',
    });
    for (const rest of ["", 'vcs = { type = "git", url = "https://x" }'])
      expect(() => read(rest), rest).toThrow(/a 1 has neither a wheel for this platform nor a source/);
  });
});

describe("requiredHashes", () => {
  it("reads hashes behind a requirement, over continued lines", () => {
    const text = `# comment --hash=sha256:${B}\nSix.Pack==1.0 \\\n    --hash=sha256:${A} \\\n    --hash=sha256:${B}\nflask\n`;
    expect(requiredHashes([text], ENVIRONMENT)).toEqual(
      new Map([["six-pack", new Set([`sha256:${A}`, `sha256:${B}`])]]),
    );
  });

  it("knows whether every distribution must have one", () => {
    for (const text of ["--require-hashes\n", "six==1.0\n  --require-hashes # all\n"])
      expect(requiresHashes([text])).toBe(true);
    for (const text of ["# --require-hashes\n", "six==1.0\n"]) expect(requiresHashes([text])).toBe(false);
  });

  it("reads every way to write one, of packages and of addresses", () => {
    const C = "c".repeat(128);
    const read = (line: string) => [...requiredHashes([`${line}\n`], ENVIRONMENT)].map(([name, set]) => [name, ...set]);
    expect(read(`six==1.0  --hash=sha512:${C}`)).toEqual([["six", `sha512:${C}`]]);
    expect(read(`six==1.0 --hash sha256:${A.toUpperCase()} # --hash=sha256:${B}`)).toEqual([["six", `sha256:${A}`]]);
    expect(read(`https://x.test/p/My_Six-1.0-py3-none-any.whl --hash=sha256:${A}`)).toEqual([
      ["my-six", `sha256:${A}`],
    ]);
    expect(read(`six @ https://x.test/a-1-py3-none-any.whl --hash=sha256:${A}`)).toEqual([["six", `sha256:${A}`]]);
    for (const hash of ["sha256:abc", "sha256", "", "blake2b:00", `sha256:${"g".repeat(64)}`])
      expect(() => read(`six==1.0 --hash=${hash}`), hash).toThrow(/The requirement six/);
  });
});
