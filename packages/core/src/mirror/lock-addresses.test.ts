import { expect, it } from "vitest";
import { lockAddresses } from "./lock-addresses.ts";

it("reads the indexes, files and repositories of a uv.lock", () => {
  const lock = `version = 1
[[package]]
name = "six"
source = { registry = 'https://index.example/simple' } # a comment with url = "https://comment.example"
sdist = { url = "https://files.example/six.tar.gz", hash = "sha256:00" }
wheels = [
    { url = "https://files.example/six.whl", hash = "sha256:00" },
]
[[package]]
name = "tool"
source = { git = "https://git.example/tool?rev=main#0123" }
[[package]]
name = "own"
source = { registry = "../wheels" }
`;
  expect(lockAddresses(lock)).toEqual({
    indexes: ["https://index.example/simple"],
    direct: [
      "https://files.example/six.tar.gz",
      "https://files.example/six.whl",
      "https://git.example/tool?rev=main#0123",
    ],
  });
});

it("reads those of a pylock.toml and a poetry.lock", () => {
  const pylock = `lock-version = "1.0"
[[packages]]
name = "six"
index = "https://index.example/simple"
wheels = [{ url = "https://files.example/six.whl", hashes = {} }]
[[packages]]
name = "tool"
vcs = { type = "git", url = "https://git.example/tool" }
[[packages]]
name = "packed"
archive.url = "https://files.example/packed.zip"
`;
  expect(lockAddresses(pylock)).toEqual({
    indexes: ["https://index.example/simple"],
    direct: ["https://files.example/six.whl", "https://git.example/tool", "https://files.example/packed.zip"],
  });
  const poetry = `[[package]]
name = "six"
files = [{ file = "six.whl", hash = "sha256:00" }]
[package.source]
type = "legacy"
url = "https://index.example/simple"
`;
  expect(lockAddresses(poetry)).toEqual({ indexes: [], direct: ["https://index.example/simple"] });
});
