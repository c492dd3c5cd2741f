import { startRegistry } from "@imagespec/testkit";
import { expect, it } from "vitest";
import { quickClient, rawServer } from "../fixtures/quick-client.ts";
import { tinyImage } from "../fixtures/tiny-image.ts";
import { pushImage } from "../image/push-image.ts";

it("removes a tag, and the image stays under its digest and its other tags", async () => {
  await using server = await startRegistry();
  const repository = quickClient().repository(`${server.host}/team/app`);
  const image = tinyImage();
  const { digest } = await pushImage(repository, image, { tag: "one" });
  await pushImage(repository, image, { tag: "two" });
  expect(await repository.deleteTag("one")).toBe(true);
  expect(await repository.headManifest("one")).toBeUndefined();
  expect(await repository.headManifest("two")).toMatchObject({ digest });
  expect(await repository.headManifest(digest)).toMatchObject({ digest });
});

it("says so where the registry does not remove tags", async () => {
  await using server = await rawServer((_request, response) => {
    response.writeHead(405).end();
  });
  expect(await quickClient().repository(`${server.host}/team/app`).deleteTag("one")).toBe(false);
});
