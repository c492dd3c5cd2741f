import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { isImageSpecError } from "../errors/image-spec-error.ts";
import { parseReference } from "./parse-reference.ts";
import { isDigest, isSha256Digest, isTag, nameBreach, referenceBreach } from "./reference-grammar.ts";

interface Vector {
  input: string;
  error?: boolean;
  domain?: string;
  path?: string;
  tag?: string;
  digest?: string;
  text?: string;
  familiar?: string;
}

const vectors = JSON.parse(readFileSync(new URL("./fixtures/vectors.json", import.meta.url), "utf8")) as Vector[];

function outcome(input: string): Vector {
  try {
    const reference = parseReference(input);
    return {
      input,
      domain: reference.registry,
      path: reference.repository,
      ...(reference.tag === undefined ? {} : { tag: reference.tag }),
      ...(reference.digest === undefined ? {} : { digest: reference.digest }),
      text: reference.toString(),
      familiar: reference.familiar,
    };
  } catch (error) {
    if (!isImageSpecError(error, "E_REFERENCE")) throw error;
    return { input, error: true };
  }
}

describe("parseReference", () => {
  it("reads every vector of the Go module alike", () => {
    expect(vectors.length).toBeGreaterThan(1000);
    // The module gives `foo_bar.com/x` an empty registry: a name nothing can be asked for, so it is an error here. And
    // its short form of docker.io/a.b/c is `a.b/c`, which is another image: there ours is one that reads back as the
    // same.
    const expected = (go: Vector): Vector => {
      if (go.error || !go.domain) return { input: go.input, error: true };
      // The module takes any number for a port.
      if (go.domain === "localhost:99999999") return { input: go.input, error: true };
      const faithful = outcome(go.familiar ?? "").text === go.text;
      return faithful ? go : { ...go, familiar: outcome(go.input).familiar ?? "" };
    };
    const differing = vectors.map((vector) => ({ go: expected(vector), here: outcome(vector.input) }));
    expect(differing.filter(({ go, here }) => JSON.stringify(sorted(go)) !== JSON.stringify(sorted(here)))).toEqual([]);
  });

  it("is a fixed point: text and familiar form read back as the same image", () => {
    const component = fc.stringMatching(/^[a-z0-9]{1,8}([._-][a-z0-9]{1,4})?$/);
    const host = fc.oneof(
      fc.constantFrom("docker.io", "localhost", "localhost:5000", "[::1]:5000", "127.0.0.1", "ghcr.io"),
      component.map((text) => `${text.replaceAll("_", "-")}.io`),
    );
    const tag = fc.option(fc.stringMatching(/^[A-Za-z0-9_][A-Za-z0-9_.-]{0,20}$/), { nil: undefined });
    const path = fc.array(component, { minLength: 1, maxLength: 4 });
    fc.assert(
      fc.property(host, path, tag, fc.boolean(), (registry, parts, wanted, pinned) => {
        const digest = pinned ? `@sha256:${"ab".repeat(32)}` : "";
        const reference = parseReference(`${registry}/${parts.join("/")}${wanted ? `:${wanted}` : ""}${digest}`);
        expect(parseReference(reference.toString()).toString()).toBe(reference.toString());
        expect(parseReference(reference.familiar).toString()).toBe(reference.toString());
      }),
    );
  });

  it("never throws anything but E_REFERENCE", () => {
    fc.assert(fc.property(fc.string({ unit: "binary" }), (text) => void outcome(text)));
  });

  it.each([
    ["https://ghcr.io/x/y", /scheme/],
    ["ghcr.io/Team/App", /ghcr|team\/app/],
    ["a@sha256:../../x", /64 lower-case hex/],
    [`a:${"t".repeat(129)}`, /128/],
  ])("names the broken rule of %s", (text, hint) => {
    expect(() => parseReference(text)).toThrowError(
      expect.objectContaining({ code: "E_REFERENCE", hint: expect.stringMatching(hint) }),
    );
  });
});

describe("isDigest and isTag", () => {
  it.each(["sha256:../../x", "sha256:", "", ":", `sha256:${"A".repeat(64)}`, `md5:${"a".repeat(32)}`])(
    "refuses the digest %s",
    (text) => expect(isDigest(text)).toBe(false),
  );
  it("tells sha256 from the other algorithms", () => {
    const digests = [`sha256:${"a".repeat(64)}`, `sha256:${"a".repeat(96)}`, `sha512:${"a".repeat(128)}`];
    expect(digests.map(isSha256Digest)).toEqual([true, false, false]);
    expect(isDigest(digests[2] ?? "")).toBe(true);
  });
  it("knows tags", () => {
    expect([isTag("v1.0-a_B"), isTag(""), isTag("-a"), isTag(".a"), isTag("a/b")]).toEqual([
      true,
      false,
      false,
      false,
      false,
    ]);
  });
});

describe("referenceBreach and nameBreach", () => {
  it("agree with parseReference on every vector", () => {
    for (const { input } of vectors) expect(referenceBreach(input) === undefined, input).toBe(!outcome(input).error);
  });

  it.each([
    ["debian@sha256:0123456789abcdef0123456789abcdef", "is not a digest"],
    ["localhost:99999/a", "is not a port"],
    ["localhost:0/a", "is not a port"],
    ["ghcr.io/a//b", "empty path component"],
    ["", "names no image"],
  ])("%s %s", (text, message) => {
    expect(referenceBreach(text)).toMatchObject({ code: "reference", message: expect.stringContaining(message) });
  });

  it("knows a host alone where that is asked for", () => {
    expect(nameBreach("localhost:5000", { hostAlone: true })).toBeUndefined();
    expect(nameBreach("localhost:5000")?.message).toContain("localhost:5000");
    expect(nameBreach("ghcr.io/team", { hostAlone: true })).toBeUndefined();
    expect(nameBreach("team/app")).toBeUndefined();
  });
});

function sorted(vector: Vector): Vector {
  return Object.fromEntries(Object.entries(vector).sort(([a], [b]) => (a < b ? -1 : 1))) as unknown as Vector;
}
