import type { RequestListener } from "node:http";
import { expect, it } from "vitest";
import { startApi } from "./fixtures/start-api.ts";

it.each<[string, RequestListener, RegExp]>([
  ["closes the connection", (request) => void request.socket.destroy(), /does not answer: socket hang up$/],
  [
    "ends in the middle of its answer",
    (request, response) => void response.write('{"items":', () => request.socket.destroy()),
    /does not answer: aborted$/,
  ],
  ["is another server", (_, response) => void response.end("<html>"), /does not answer: .*JSON/],
  ["says nothing", () => undefined, /does not answer: it took longer than 10 s$/],
])("names an API that %s, and what to look at", { timeout: 20_000 }, async (_, answer, message) => {
  await using api = await startApi(answer);
  const { cluster } = api;
  const failure = await cluster.get(cluster.path("jobs", "x")).catch((error: unknown) => error);
  expect(failure).toMatchObject({
    code: "E_KUBERNETES",
    message: expect.stringMatching(message),
    hint: "Check the current context of your kubeconfig with `kubectl cluster-info`.",
  });
  expect((failure as Error).message).toContain(`The Kubernetes API at ${cluster.server}`);
});
