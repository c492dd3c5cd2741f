import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { dockerCredentials } from "@imagespec/registry";
import { startRegistry } from "@imagespec/testkit";
import { expect, it, onTestFinished } from "vitest";
import { checkContacts } from "./check-contacts.ts";

const { signal } = new AbortController();
const access = (login?: { username: string; password: string }) => ({
  credentials: { configFile: undefined, get: async () => login && ({ kind: "basic", ...login } as const) },
  env: {},
  signal,
});

it("tells a registry that answers from one that refuses us and one that is not there", async () => {
  const user = { username: "reader", password: "secret" };
  const registry = await startRegistry({ auth: { type: "basic", users: { reader: "secret" } } });
  onTestFinished(() => registry.close());
  const address = `${registry.host}/app:1`;
  const contact = { kind: "registry", host: registry.host, wanted: ["the base"], address } as const;
  const [known] = await checkContacts([contact], access(user));
  expect(known).toMatchObject({ status: "reachable", user: "reader", reason: `${address} is not there` });
  const [nobody] = await checkContacts([contact], access());
  expect(nobody).toMatchObject({ status: "refused" });
  expect(nobody?.user).toBeUndefined();
  const gone = { ...contact, host: "127.0.0.1:1", address: "127.0.0.1:1/app:1" };
  expect(await checkContacts([gone], access(user))).toMatchObject([{ status: "unreachable" }]);
});

it.each([
  ["none", () => ({}), /asks for credentials/, /docker login/],
  ["a wrong one", (host: string) => ({ auths: { [host]: { auth: btoa("reader:wrong") } } }), /refuses/, /docker login/],
  ["one that cannot be read", (host: string) => ({ auths: { [host]: { auth: "%" } } }), /not base64/, /docker login/],
  [
    "a helper that is missing",
    (host: string) => ({ credHelpers: { [host]: "no-such-helper" } }),
    /docker-credential-no-such-helper could not be started/,
    /Install docker-credential-no-such-helper/,
  ],
])("says what helps with a login that does not work: %s", async (_, config, reason, hint) => {
  const registry = await startRegistry({ auth: { type: "basic", users: { reader: "secret" } } });
  onTestFinished(() => registry.close());
  const env = { DOCKER_AUTH_CONFIG: JSON.stringify(config(registry.host)), DOCKER_CONFIG: "/nonexistent" };
  const address = `${registry.host}/app:1`;
  const contact = { kind: "registry", host: registry.host, wanted: ["the base"], address } as const;
  const credentials = dockerCredentials({ configFile: undefined, env });
  expect(await checkContacts([contact], { credentials, env, signal })).toMatchObject([
    { status: "refused", reason: expect.stringMatching(reason), hint: expect.stringMatching(hint) },
  ]);
});

it("asks indexes by their address, and nobody where no address is known", async () => {
  const statuses: Record<string, number> = { "/open": 200, "/closed": 401, "/broken": 500 };
  const server = createServer((request, response) => response.writeHead(statuses[request.url ?? ""] ?? 404).end());
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => void server.close());
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const index = (address?: string) => ({ kind: "index", wanted: ["packages"], address }) as const;
  const reports = await checkContacts(
    [index(`${url}/open`), index(`${url}/closed`), index(`${url}/broken`), index("http://127.0.0.1:1/"), index()],
    access(),
  );
  expect(reports.map(({ status }) => status)).toEqual([
    "reachable",
    "refused",
    "unreachable",
    "unreachable",
    "unchecked",
  ]);
  expect(reports[1]?.hint).toContain("pipSecretMounts");
});
