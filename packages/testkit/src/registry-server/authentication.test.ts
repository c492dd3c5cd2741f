import { describe, expect, test } from "vitest";
import { type RegistryServer, startRegistry } from "./start-registry.ts";

const basic = (user: string, password: string) => ({
  authorization: `Basic ${Buffer.from(`${user}:${password}`).toString("base64")}`,
});

test("basic: challenges, takes the right password, refuses another and names no user", async () => {
  await using server = await startRegistry({ auth: { type: "basic", users: { ann: "pa:ss" } } });
  const challenged = await fetch(`${server.url}/v2/`);
  expect(challenged.status).toBe(401);
  expect(challenged.headers.get("www-authenticate")).toMatch(/^Basic realm=/);
  expect((await fetch(`${server.url}/v2/`, { headers: basic("ann", "pa:ss") })).status).toBe(200);
  expect((await fetch(`${server.url}/v2/`, { headers: basic("ann", "no") })).status).toBe(401);
  expect((await fetch(`${server.url}/v2/`, { headers: basic("toString", "undefined") })).status).toBe(401);
});

describe("bearer", () => {
  const users = { ann: "secret" };

  async function token(server: RegistryServer, scope: string, headers = {}): Promise<string> {
    const response = await fetch(`${server.url}/token?service=imagespec-testkit&scope=${scope}`, { headers });
    expect(response.status).toBe(200);
    return ((await response.json()) as { token: string }).token;
  }
  const upload = (server: RegistryServer, name: string, bearer: string) =>
    fetch(`${server.url}/v2/${name}/blobs/uploads/`, {
      method: "POST",
      headers: bearer === "" ? {} : { authorization: `Bearer ${bearer}` },
    });

  test("the challenge names realm, service and scope; a token is good for its scope alone", async () => {
    await using server = await startRegistry({ auth: { type: "bearer", users } });
    const challenge = (await upload(server, "team/app", "")).headers.get("www-authenticate");
    expect(challenge).toBe(
      `Bearer realm="${server.url}/token",service="imagespec-testkit",scope="repository:team/app:pull,push"`,
    );
    const push = await token(server, "repository:team/app:pull,push", basic("ann", "secret"));
    expect((await upload(server, "team/app", push)).status).toBe(202);
    const elsewhere = await upload(server, "team/other", push);
    expect(elsewhere.status).toBe(401);
    expect(elsewhere.headers.get("www-authenticate")).toContain('error="insufficient_scope"');
    expect((await fetch(`${server.url}/token`, { headers: basic("ann", "wrong") })).status).toBe(401);
  });

  test("anonymous pull, expiry after some uses, refresh tokens", async () => {
    await using server = await startRegistry({
      auth: { type: "bearer", users, anonymousPull: true, tokenUses: 2, refreshTokens: { r1: "ann" } },
    });
    const nobody = await token(server, "repository:app:pull,push");
    const tags = () =>
      fetch(`${server.url}/v2/app/tags/list`, { headers: { authorization: `Bearer ${nobody}` } }).then((r) => r.status);
    expect((await upload(server, "app", nobody)).status).toBe(401);
    expect([await tags(), await tags(), await tags()]).toEqual([404, 404, 401]);
    const refresh = (value: string) =>
      fetch(`${server.url}/token`, {
        method: "POST",
        body: new URLSearchParams({
          grant_type: "refresh_token",
          refresh_token: value,
          service: "imagespec-testkit",
          scope: "repository:app:pull,push",
        }),
      });
    const granted = (await (await refresh("r1")).json()) as { token: string };
    expect((await upload(server, "app", granted.token)).status).toBe(202);
    expect((await refresh("r2")).status).toBe(401);
  });
});
