import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { engineEndpoint } from "@imagespec/container-engine";
import { dockerode } from "@imagespec/container-engine/dockerode";
import { expect, it } from "vitest";
import { containerLabels, sweepContainers } from "./sweep-containers.ts";

const CLIENT = "dev.imagespec.client";
const EXPIRY = "dev.imagespec.expires";

/** Sweeps an engine that has containers with these labels, by name; returns which it was told to remove. */
async function removedOf(containers: Record<string, Record<string, string>>): Promise<string[]> {
  const removed: string[] = [];
  const server = createServer((request, response) => {
    const url = new URL(request.url ?? "", "http://engine");
    if (request.method === "DELETE") {
      removed.push(url.pathname.slice(url.pathname.lastIndexOf("/") + 1));
      response.writeHead(204).end();
      return;
    }
    const { label = [] } = JSON.parse(url.searchParams.get("filters") ?? "{}") as { label?: string[] };
    const found = Object.entries(containers).filter(([, labels]) => label.every((name) => Object.hasOwn(labels, name)));
    response.setHeader("content-type", "application/json");
    response.end(JSON.stringify(found.map(([Id, Labels]) => ({ Id, Labels }))));
  });
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  try {
    const { port } = server.address() as AddressInfo;
    await sweepContainers(await dockerode(await engineEndpoint({ DOCKER_HOST: `tcp://127.0.0.1:${port}` })));
  } finally {
    await new Promise((done) => server.close(done));
  }
  return removed.sort();
}

it("removes containers of processes that ended, and those from elsewhere that are past their time", async () => {
  const mine = containerLabels("team/app:1", 60);
  const [place, pid, start] = (mine[CLIENT] as string).split(".");
  const ended = { ...mine, [CLIENT]: `${place}.${pid}.${Number(start) + 1}` };
  const elsewhere: Record<string, string> = { ...mine, [CLIENT]: "0123456789abcdef.1.1" };
  const { [EXPIRY]: _expiry, ...endless } = elsewhere;
  const removed = await removedOf({
    mine,
    mineAndLate: { ...mine, [EXPIRY]: "1" },
    ended,
    elsewhere,
    late: { ...elsewhere, [EXPIRY]: "1" },
    endless,
    other: { "com.example": "x" },
  });
  expect(removed).toEqual(start === "0" ? ["late"] : ["ended", "late"]);
});

it("gives a container a day beyond the time of its build", () => {
  const seconds = Number(containerLabels("team/app:1", 600)[EXPIRY]) - Date.now() / 1000;
  expect(Math.abs(seconds - 87_000)).toBeLessThan(30);
});
