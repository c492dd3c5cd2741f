import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, expect, test } from "vitest";
import { digestOfBytes } from "../registry-server/content-digest.ts";
import { startRegistry } from "../registry-server/start-registry.ts";
import { faultProxy } from "./fault-proxy.ts";
import type { Fault } from "./fault-rule.ts";

const received: { method: string; bytes: number }[] = [];
const server = createServer(async (request, response) => {
  const entry = { method: request.method ?? "", bytes: 0 };
  received.push(entry);
  try {
    for await (const chunk of request) entry.bytes += chunk.length;
  } catch {
    return;
  }
  response.end("0123456789");
});
let target = "";
beforeAll(async () => {
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  target = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => server.close());

async function through(fault: Fault, init: RequestInit = {}) {
  await using proxy = await faultProxy(target, [{ match: `${init.method ?? "GET"} /x*`, do: fault }]);
  const response = await fetch(`${proxy.url}/x?q=1`, { redirect: "manual", ...init });
  return { response, text: await response.text(), exchange: proxy.exchanges[0] };
}

test("passes requests no rule meets, and counts their bytes", async () => {
  await using proxy = await faultProxy(target);
  const response = await fetch(`${proxy.url}/y`, { method: "PUT", body: "hello" });
  expect(await response.text()).toBe("0123456789");
  expect(proxy.exchanges).toMatchObject([{ method: "PUT", path: "/y", bytesIn: 5, bytesOut: 10, status: 200 }]);
  expect(received.at(-1)).toEqual({ method: "PUT", bytes: 5 });
});

test("status, headers, redirect", async () => {
  const busy = await through({ status: 503, headers: { "retry-after": "1" }, body: "busy" });
  expect([busy.response.status, busy.response.headers.get("retry-after"), busy.text]).toEqual([503, "1", "busy"]);
  const laid = await through({ headers: { "x-added": "1", date: null } });
  expect([laid.response.headers.get("x-added"), laid.response.headers.get("date"), laid.text]).toEqual([
    "1",
    expect.anything(), // the proxy's own
    "0123456789",
  ]);
  const moved = await through({ redirect: "http://localhost:1/there{path}" });
  expect([moved.response.status, moved.response.headers.get("location")]).toEqual([
    307,
    "http://localhost:1/there/x?q=1",
  ]);
});

test("delay and stall", async () => {
  const start = performance.now();
  await through({ delay: 80 });
  expect(performance.now() - start).toBeGreaterThan(75);
  await expect(through({ stall: true }, { signal: AbortSignal.timeout(150) })).rejects.toThrow("timeout");
  await expect(through({ stall: 4 }, { signal: AbortSignal.timeout(150) })).rejects.toThrow(/timeout|aborted/);
});

test("answers that break off, are changed or are too long", async () => {
  await expect(through({ resetAt: 3 })).rejects.toThrow();
  await expect(through({ truncateAt: 3 })).rejects.toThrow();
  expect((await through({ corruptAt: 3 })).text).toBe("0122456789");
  expect((await through({ append: "more" })).text).toBe("0123456789more");
});

test("requests that break off, are changed or come twice", async () => {
  const put = { method: "PUT", body: Buffer.alloc(100_000) };
  await expect(through({ resetAt: 70_000 }, put)).rejects.toThrow();
  await sleep(50);
  expect(received.at(-1)).toEqual({ method: "PUT", bytes: 70_000 });
  const before = received.length;
  expect((await through({ duplicate: true }, { method: "POST", body: "ab" })).text).toBe("0123456789");
  expect(received.slice(before)).toEqual([
    { method: "POST", bytes: 2 },
    { method: "POST", bytes: 2 },
  ]);
});

test("nth picks among the matching requests, and a new script starts counting again", async () => {
  const rule = { match: "GET /x", nth: [2, 3], do: { status: 500 } };
  await using proxy = await faultProxy(target, [rule]);
  const statuses = async (count: number) => {
    const seen: number[] = [];
    for (let i = 0; i < count; i++) seen.push((await fetch(`${proxy.url}/x`)).status);
    return seen;
  };
  expect(await statuses(4)).toEqual([200, 500, 500, 200]);
  proxy.script([rule]);
  expect(await statuses(2)).toEqual([200, 500]);
});

test("a registry behind the proxy keeps what came before the break, so that an upload can resume", async () => {
  await using registry = await startRegistry();
  await using proxy = await faultProxy(registry.url, [
    { match: "PATCH /v2/*/blobs/uploads/*", nth: 1, do: { resetAt: 6 } },
  ]);
  const opened = await fetch(`${proxy.url}/v2/app/blobs/uploads/`, { method: "POST" });
  const location = opened.headers.get("location") ?? "";
  expect(location.startsWith(proxy.url)).toBe(true);
  await expect(fetch(location, { method: "PATCH", body: "0123456789" })).rejects.toThrow();
  const asked = await fetch(location);
  expect(asked.headers.get("range")).toBe("0-5");
  await fetch(location, { method: "PATCH", body: "6789", headers: { "content-range": "6-9" } });
  const digest = digestOfBytes(new TextEncoder().encode("0123456789"));
  expect((await fetch(`${location}?digest=${digest}`, { method: "PUT" })).status).toBe(201);
});
