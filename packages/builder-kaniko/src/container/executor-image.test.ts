import { dockerCredentials, parseMirrors } from "@imagespec/registry";
import { expect, test } from "vitest";
import { ensureExecutorImage } from "./executor-image.ts";

test("an image that neither its mirror nor its own registry has is told with both answers", async () => {
  const pulled: string[] = [];
  const engine = {
    inspectImage: async () => undefined,
    pullImage: async (name: string) => {
      pulled.push(name);
      throw new Error(`no ${name}`);
    },
  };
  const request = {
    mirrors: parseMirrors("ghcr.io=mirror.lan:5000"),
    credentials: dockerCredentials({ env: { DOCKER_CONFIG: "/nowhere" } }),
    signal: new AbortController().signal,
  };
  const [own, mirror] = ["ghcr.io/team/kaniko:v1.28.5", "mirror.lan:5000/team/kaniko:v1.28.5"];
  await expect(ensureExecutorImage(engine, own, request)).rejects.toMatchObject({
    code: "E_TOOL_MISSING",
    message: `The executor's image ${own} cannot be pulled: no ${mirror}; no ${own}`,
  });
  expect(pulled).toEqual([mirror, own]);
});
