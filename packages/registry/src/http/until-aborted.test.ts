import { createServer } from "node:net";
import { expect, it } from "vitest";
import { RegistryClient } from "../client/registry-client.ts";
import { checkRegistryPresence } from "../presence/check-registry-presence.ts";

it("leaves a host that accepts and says nothing within a second of being cancelled", async () => {
  const server = createServer(() => {});
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  const { port } = server.address() as { port: number };
  const client = new RegistryClient({ env: {} });
  const start = Date.now();
  const check = checkRegistryPresence(`127.0.0.1:${port}/a:b`, ["linux/amd64"], {
    client,
    signal: AbortSignal.timeout(200),
  });
  await expect(check).rejects.toMatchObject({ code: "E_ABORTED" });
  expect(Date.now() - start).toBeLessThan(1200);
  server.close();
});
