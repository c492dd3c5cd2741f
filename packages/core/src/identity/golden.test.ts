import { createHash } from "node:crypto";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ImageSpec, type ImageSpecParameters } from "../image-spec/image-spec.ts";
import { resolveSpec } from "../resolve/resolve-spec.ts";
import { shortDigest } from "./digest.ts";
import { identify } from "./identify.ts";

let root: string;
beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), "golden-"));
  mkdirSync(join(root, "src/pkg"), { recursive: true });
  writeFileSync(join(root, "src/main.py"), "print('hello')\n");
  writeFileSync(join(root, "src/pkg/run.sh"), "#!/bin/sh\n", { mode: 0o755 });
  symlinkSync("../main.py", join(root, "src/pkg/link.py"));
  writeFileSync(join(root, "requirements.txt"), "six==1.17.0\n");
});
afterAll(() => rmSync(root, { recursive: true }));

// A change here is a change of every user's tags: raise the recipe, with a changeset.
const GOLDEN: [string, ImageSpecParameters, string, string][] = [
  ["nothing", {}, "uqw6waroinp4kxh2e2zyc666hj", "uutjd3p3rdbserbq6gnior2pkt"],
  [
    "packages",
    { name: "train", registry: "ghcr.io/x", packages: ["numpy==2.1.0"], pythonVersion: "3.12" },
    "nghv6mhas2euruetlruevwy7an",
    "vjdbkdpfnobdw6xvvffmrpwnsb",
  ],
  [
    "files",
    {
      sourceRoot: "src",
      sourceCopyMode: "all",
      copy: ["requirements.txt"],
      requirements: "requirements.txt",
      platform: "linux/arm64,linux/amd64",
    },
    "id5zttid3hyb46kuu65ko5t3gw",
    "h7hctowrsjh22lkbk5f4mdo7xs",
  ],
  [
    "everything else",
    {
      condaPackages: ["numpy"],
      condaChannels: ["nvidia"],
      aptPackages: ["git"],
      env: { A: 'é\n"$', Z: "" },
      commands: ["date > /built"],
      entrypoint: [],
      tagFormat: "v1-{spec_hash}",
      builderOptions: { b: [1, { c: null }], a: true },
      builderConfig: { uvImage: "uv:1" },
      baseImage: { name: "base", registry: "localhost:5000", platform: "linux/amd64", aptPackages: ["curl"] },
    },
    "p3dc7xxot7bbt3hw4mzc7psfl4",
    "v1-sedlqniszbvyaujkyrobaciiln",
  ],
  [
    "a build of PyTorch",
    { packages: ["torch"], torchBackend: "cu126" },
    "g756mzsvfj6qkpxagmj7daf5po",
    "f7exkjhr4n7wxdsn273fempano",
  ],
];

describe("golden identities", () => {
  it.each(GOLDEN)("of %s", async (_, parameters, id, tag) => {
    const identity = identify(await resolveSpec(new ImageSpec(parameters, { root }), { env: {} }));
    expect({ id: identity.id, tag: identity.tag }).toEqual({ id, tag });
  });

  it("hash exactly this document", async () => {
    const spec = new ImageSpec({ packages: ["numpy"], env: { B: "2", A: "1" } });
    const { document, tag } = identify(await resolveSpec(spec, { env: {} }));
    expect(document).toBe(
      `{"base":{"given":false,"image":"python:3.12-slim-bookworm"},"env":{"A":"1","B":"2"},"environment":{"bytecode":true,"manager":"venv","python":{"from":"base"}},"id":"${spec.id}","imagespec":1,"packages":{"from":"requirements","packages":["numpy"]},"platforms":["linux/amd64"],"recipe":1,"tools":{"micromambaImage":"mambaorg/micromamba:2.3.0","uvImage":"ghcr.io/astral-sh/uv:0.13.9"}}`,
    );
    // RFC 4648 base32, by the slow road.
    const bits = [...createHash("sha256").update(document).digest()]
      .map((byte) => byte.toString(2).padStart(8, "0"))
      .join("");
    const letters = (bits.match(/.{5}/g) ?? []).map(
      (five) => "abcdefghijklmnopqrstuvwxyz234567"[Number.parseInt(five, 2)],
    );
    expect(tag).toBe(letters.join("").slice(0, 26));
  });

  it("are in the alphabet of tags", () => {
    for (let index = 0; index < 100; index++) expect(shortDigest(String(index))).toMatch(/^[a-z2-7]{26}$/);
  });
});
