import { describe, expect, it } from "vitest";
import { directSources, refuseRepositories } from "./direct-references.ts";

const COMMIT = "0123456789abcdef0123456789abcdef01234567";

describe("refuseRepositories", () => {
  it.each([
    "demo @ git+https://forge.test/demo.git",
    "six\ngit+ssh://git@forge.test/demo.git#egg=demo",
    "demo@git+ssh://forge.test/demo",
  ])("refuses %j in a requirement file, naming the file", (text) => {
    const refuse = () => refuseRepositories([{ path: "requirements/dev/requirements.txt", text }]);
    expect(refuse).toThrow(/of dev\/requirements\.txt, from a repository, has no wheel/);
  });

  it("takes a repository in a comment for what it is", () => {
    const text = "# git+https://forge.test/old.git\nsix  # was git+https://forge.test/six.git";
    expect(() => refuseRepositories([{ path: "requirements/a.txt", text }])).not.toThrow();
  });
});

describe("directSources", () => {
  it("names what is asked for by the address of a source, and no wheel", () => {
    const texts = [
      `Demo.One[fast] @ git+https://forge.test/demo.git@${COMMIT}#subdirectory=a ; python_version > '3'`,
      `# other @ git+https://forge.test/other.git\nsix==1.0\ntwo@https://h.test/two-1.tar.gz#sha256=aa\n`,
      "three @ https://h.test/three-1-py3-none-any.whl\nfour @ \\\n  https://h.test/four.zip\n",
    ];
    expect(directSources(texts)).toEqual(["demo-one", "four", "two"]);
  });

  it.each([
    ["a @ git+https://forge.test/a.git", /a comes from a branch or tag of git/, /@COMMIT/],
    ["a @ git+https://forge.test/a.git@v1.0", /a comes from a branch or tag of git/, /40 digits/],
    ["a @ git+https://forge.test/a.git@0123456", /a comes from a branch or tag of git/, /@COMMIT/],
    [`git+https://forge.test/a.git@${COMMIT}`, /has no name in front of it/, /NAME @ git\+https/],
  ])("refuses %s", (text, message, hint) => {
    const found = (() => {
      try {
        return directSources([text]);
      } catch (error) {
        return error;
      }
    })();
    expect(found).toMatchObject({
      code: "E_UNSUPPORTED",
      message: expect.stringMatching(message),
      hint: expect.stringMatching(hint),
    });
  });
});
