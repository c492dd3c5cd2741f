import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { dockerCredentials } from "@imagespec/registry";
import { afterEach, expect, it } from "vitest";
import { findPresence } from "./find-presence.ts";

const closing: (() => void)[] = [];
afterEach(() => {
  for (const close of closing.splice(0)) close();
});

/** A registry that refuses to show a repository that does not exist to a token for `pull` alone. */
async function shyRegistry() {
  const server = createServer((request, response) => {
    const url = new URL(request.url ?? "", `http://${request.headers.host}`);
    if (url.pathname === "/token") return response.end(JSON.stringify({ token: url.searchParams.get("scope") }));
    const mayPush = request.headers.authorization?.endsWith(":pull,push") === true;
    const challenge = { "www-authenticate": `Bearer realm="http://${request.headers.host}/token"` };
    response.writeHead(mayPush ? 404 : 401, challenge).end();
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  closing.push(() => server.close());
  return `localhost:${(server.address() as AddressInfo).port}`;
}

it("asks with the right to push for a build that pushes, and for nobody else", async () => {
  const host = await shyRegistry();
  const env = { HOME: "/nowhere" };
  const access = { credentials: dockerCredentials({ env }), env, signal: undefined };
  const question = { reference: `${host}/team/app:1`, platforms: ["linux/amd64"], hasRegistry: true, push: true };
  expect(await findPresence({ ...question, willPush: true }, access)).toMatchObject({ presence: { status: "absent" } });
  expect(await findPresence(question, access)).toMatchObject({
    presence: { status: "unknown", cause: { code: "E_REGISTRY_AUTH" } },
  });
});
