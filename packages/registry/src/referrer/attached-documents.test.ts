import { type FaultProxy, faultProxy, startRegistry } from "@imagespec/testkit";
import { describe, expect, it } from "vitest";
import { digestOf } from "../digest/digest.ts";
import { quickClient } from "../fixtures/quick-client.ts";
import { failureOf, tinyImage } from "../fixtures/tiny-image.ts";
import { MEDIA_TYPES } from "../image/descriptor.ts";
import { pushImage } from "../image/push-image.ts";
import { attachDocument } from "./attach-document.ts";
import { attachedDocuments } from "./attached-documents.ts";
import { referrersTag } from "./referrers-tag.ts";

const type = "application/vnd.example.note.v1+json";
const note = (text: string) => ({ type, bytes: Buffer.from(JSON.stringify({ text })) });

async function image(options: { referrers?: false } = {}) {
  const server = await startRegistry({ quirks: options });
  const repository = quickClient().repository(`${server.host}/team/app`);
  const { digest } = await pushImage(repository, tinyImage(), { tag: "1" });
  const texts = async () => {
    const found = await attachedDocuments(repository, digest, { type, maxBytes: 1000 });
    return found.map(({ bytes }) => (JSON.parse(Buffer.from(bytes).toString()) as { text: string }).text);
  };
  const tags = async () => {
    const response = await fetch(`${server.url}/v2/team/app/tags/list`);
    return ((await response.json()) as { tags: string[] }).tags;
  };
  return { server, repository, digest, texts, tags, [Symbol.asyncDispose]: () => server.close() };
}

describe.each([
  ["a registry that lists referrers", {}],
  ["a registry that does not, by the tag schema", { referrers: false }],
] as const)("%s", (_name, quirks) => {
  it("keeps documents beside an image, each once, and the image as it is", async () => {
    await using test = await image(quirks);
    const { repository, digest } = test;
    expect(await test.texts()).toEqual([]);
    const first = await attachDocument(repository, "1", note("a"));
    expect(await attachDocument(repository, digest, note("a"))).toEqual(first);
    expect(await test.texts()).toEqual(["a"]);
    await attachDocument(repository, digest, note("b"));
    expect((await test.texts()).sort()).toEqual(["a", "b"]);
    expect((await repository.getManifest("1")).digest).toBe(digest);
    expect(await test.tags()).toEqual(
      quirks === undefined || "referrers" in quirks ? ["1", referrersTag(digest)] : ["1"],
    );
  });

  it("leaves the artifacts of others alone, and reads none of them", async () => {
    await using test = await image(quirks);
    const signature = { type: "application/vnd.example.signature", bytes: Buffer.from("s") };
    await attachDocument(test.repository, "1", signature);
    await attachDocument(test.repository, "1", note("a"));
    expect(await test.texts()).toEqual(["a"]);
    const signatures = await attachedDocuments(test.repository, test.digest, { type: signature.type, maxBytes: 10 });
    expect(signatures).toEqual([signature]);
  });

  it("reads no document beyond the size that is allowed", async () => {
    await using test = await image(quirks);
    await attachDocument(test.repository, "1", note("x".repeat(2000)));
    expect(await failureOf(test.texts())).toMatchObject({ code: "E_REGISTRY" });
  });
});

it("writes an artifact as OCI 1.1 has it: an empty config, an artifact type, the image as its subject", async () => {
  await using test = await image();
  const { repository, digest } = test;
  const entry = await attachDocument(repository, "1", note("a"));
  const manifest = JSON.parse(Buffer.from((await repository.getManifest(entry.digest)).bytes).toString());
  const subject = await repository.getManifest("1");
  expect(manifest).toEqual({
    schemaVersion: 2,
    mediaType: MEDIA_TYPES.ociManifest,
    artifactType: type,
    config: { mediaType: "application/vnd.oci.empty.v1+json", digest: digestOf(Buffer.from("{}")), size: 2 },
    layers: [{ mediaType: type, digest: digestOf(note("a").bytes), size: note("a").bytes.length }],
    subject: { mediaType: subject.mediaType, digest, size: subject.bytes.length },
  });
});

it("refuses to replace an image that somebody pushed under the list's tag", async () => {
  await using test = await image({ referrers: false });
  const { digest } = await pushImage(test.repository, tinyImage(), { tag: referrersTag(test.digest) });
  expect(await failureOf(attachDocument(test.repository, "1", note("a")))).toMatchObject({ code: "E_REGISTRY" });
  expect((await test.repository.getManifest(referrersTag(test.digest))).digest).toBe(digest);
});

it.each([
  ["a page for people", { status: 200, headers: { "content-type": "text/html" }, body: "<p>404</p>" }],
  ["a method that is not allowed", { status: 405 }],
])("takes %s for a registry without such a list", async (_name, answer) => {
  await using test = await image({ referrers: false });
  await attachDocument(test.repository, "1", note("a"));
  await using proxy: FaultProxy = await faultProxy(test.server.url);
  proxy.script([{ match: "GET */referrers/*", do: answer }]);
  const repository = quickClient().repository(`${proxy.host}/team/app`);
  expect(await attachedDocuments(repository, test.digest, { type, maxBytes: 1000 })).toEqual([note("a")]);
});
