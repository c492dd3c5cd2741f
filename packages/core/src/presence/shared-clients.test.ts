import { RegistryClient } from "@imagespec/registry";
import { expect, it, vi } from "vitest";
import { SharedClients } from "./shared-clients.ts";

it("gives all that work at the same time one client, which the last one closes, also when it fails", async () => {
  const clients = new SharedClients();
  const made: RegistryClient[] = [];
  const make = () => {
    const client = new RegistryClient({ env: {} });
    made.push(client);
    return client;
  };
  const gate = Promise.withResolvers<void>();
  const first = clients.use("a", make, () => gate.promise);
  const second = clients.use("a", make, async (client) => {
    await gate.promise;
    throw new Error(`failed with ${made.indexOf(client)}`);
  });
  const other = clients.use("b", make, async (client) => made.indexOf(client));
  const closed = made.map((client) => vi.spyOn(client, "close"));
  expect(await other).toBe(1);
  expect(closed.map(({ mock }) => mock.calls.length)).toEqual([0, 1]);
  gate.resolve();
  await first;
  await expect(second).rejects.toThrow("failed with 0");
  expect(closed.map(({ mock }) => mock.calls.length)).toEqual([1, 1]);
  expect(await clients.use("a", make, async (client) => made.indexOf(client))).toBe(2);
});
