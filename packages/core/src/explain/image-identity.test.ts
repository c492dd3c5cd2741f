import { attachDocument, pushImage, RegistryClient } from "@imagespec/registry";
import { type RegistryServer, startRegistry } from "@imagespec/testkit";
import { afterEach, beforeEach, expect, it } from "vitest";
import { readImageIdentity } from "./image-identity.ts";
import { IDENTITY_TYPE } from "./published-identity.ts";

let registry: RegistryServer;
beforeEach(async () => {
  registry = await startRegistry();
});
afterEach(() => registry.close());

/** Pushes an image with these documents beside it, and reads its identity. */
async function identityBeside(...documents: string[]) {
  const reference = `${registry.host}/app:1`;
  const repository = new RegistryClient().repository(reference);
  const config = { os: "linux", architecture: "amd64", rootfs: { type: "layers" as const, diff_ids: [] } };
  const image = await pushImage(repository, { config, layers: [] }, { tag: "1" });
  for (const text of documents)
    await attachDocument(repository, image, { type: IDENTITY_TYPE, bytes: Buffer.from(text) });
  const credentials = { configFile: undefined, get: async () => undefined };
  const identity = await readImageIdentity(reference, { credentials, env: {} });
  return { identity, image };
}

it.each(['{"imagespec":1}', '{"files":[["source/a.py","file","0644","1"]],"imagespec":1}'])(
  "reads the identity that is kept beside an image: %s",
  async (text) => {
    const { identity, image } = await identityBeside(text);
    expect(identity).toEqual({ digest: image.digest, document: text, aptIndexes: [] });
  },
);

it("says that an image has none", async () => {
  await expect(identityBeside()).rejects.toMatchObject({
    code: "E_INPUT_FILE",
    message: expect.stringContaining("has no identity document attached"),
  });
});

it.each(["", "{", "null", "[]", '{"imagespec":2}', '{"imagespec":1,"files":[[1]]}', '{"imagespec":1,"files":"x"}'])(
  "takes nothing else for one: %s",
  async (text) => {
    await expect(identityBeside(text)).rejects.toMatchObject({
      code: "E_REGISTRY",
      message: expect.stringContaining("an attachment that is not an identity document"),
    });
  },
);
