import { faultProxy, startRegistry } from "@imagespec/testkit";
import { describe, expect, it } from "vitest";
import { quickClient } from "../fixtures/quick-client.ts";
import { failureOf } from "../fixtures/tiny-image.ts";

async function setUp() {
  const server = await startRegistry();
  const proxy = await faultProxy(server.url);
  return {
    proxy,
    repository: quickClient().repository(`${proxy.host}/team/app`),
    methods: () => proxy.exchanges.map(({ method }) => method),
    async [Symbol.asyncDispose]() {
      await proxy.close();
      await server.close();
    },
  };
}

describe("mayPush", () => {
  it("opens an upload, and cancels it", async () => {
    await using test = await setUp();
    expect(await test.repository.mayPush()).toBe(true);
    expect(test.methods()).toEqual(["POST", "DELETE"]);
  });

  it("is no where the upload is refused, and fails where it cannot be asked for", async () => {
    await using test = await setUp();
    test.proxy.script([{ match: "POST *", do: { status: 403 } }]);
    expect(await test.repository.mayPush()).toBe(false);
    test.proxy.script([{ match: "POST *", do: { status: 400 } }]);
    expect(await failureOf(test.repository.mayPush())).toMatchObject({ code: "E_REGISTRY" });
  });

  it("leaves an upload that cannot be cancelled to the registry, but ends with its caller", async () => {
    await using test = await setUp();
    test.proxy.script([{ match: "DELETE *", do: { status: 500 } }]);
    expect(await test.repository.mayPush()).toBe(true);
    test.proxy.script([{ match: "DELETE *", do: { stall: true } }]);
    const abort = new AbortController();
    const asked = failureOf(test.repository.mayPush({ signal: abort.signal }));
    await expect.poll(() => test.methods().filter((method) => method === "DELETE").length).toBe(2);
    abort.abort();
    expect(await asked).toMatchObject({ code: "E_ABORTED" });
  });
});
