import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { expect, it } from "vitest";
import { machineReport } from "./machine-report.ts";

it("asks the engine once, and judges its version where it is docker's", async () => {
  const asked: string[] = [];
  const engine = createServer((request, response) => {
    asked.push(`${request.method} ${request.url}`);
    response.end(JSON.stringify({ Version: "25.0.0", Components: [{ Name: "Engine" }] }));
  });
  await once(engine.listen(0, "127.0.0.1"), "listening");
  const { port } = engine.address() as AddressInfo;
  try {
    const env = { PATH: "/nowhere", DOCKER_HOST: `tcp://127.0.0.1:${port}` };
    const report = await machineReport({}, env, new AbortController().signal);
    expect(report.engine).toEqual({ version: "25.0.0" });
    expect(report.tools).toMatchObject([
      { tool: "docker engine", faults: [{ reason: expect.stringContaining("order") }] },
    ]);
    expect(asked).toEqual(["GET /version"]);
  } finally {
    engine.close();
  }
});
