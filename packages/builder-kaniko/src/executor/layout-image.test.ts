import { describe, expect, it } from "vitest";
import { layoutImage } from "./layout-image.ts";

const digest = `sha256:${"a".repeat(64)}`;

describe("layoutImage", () => {
  it("is the image written last", () => {
    const manifests = [{ digest: `sha256:${"b".repeat(64)}` }, { digest }];
    expect(layoutImage(JSON.stringify({ schemaVersion: 2, manifests }))).toBe(digest);
  });

  it.each([
    "",
    "null",
    "{}",
    '{"manifests":[]}',
    '{"manifests":null}',
    '{"manifests":[{}]}',
    '{"manifests":[{"digest":""}]}',
    '{"manifests":[{"digest":"sha256:../../x"}]}',
    '{"manifests":[{"dig',
  ])("is nothing in %j", (index) => {
    expect(layoutImage(index)).toBeUndefined();
  });
});
