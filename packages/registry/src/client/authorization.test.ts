import { faultProxy, startRegistry } from "@imagespec/testkit";
import { describe, expect, it } from "vitest";
import type { Credential } from "../credentials/credential.ts";
import { fixedCredentials, quickClient, rawServer } from "../fixtures/quick-client.ts";
import { bytesOf, failureOf, tinyImage, tinyLayer } from "../fixtures/tiny-image.ts";
import { pushImage } from "../image/push-image.ts";

const users = { me: "s3cret" };
const me: Credential = { kind: "basic", username: "me", password: "s3cret" };
const wrong: Credential = { kind: "basic", username: "me", password: "CANARY" };

function clientFor(host: string, credential?: Credential) {
  return quickClient({ credentials: fixedCredentials(credential === undefined ? {} : { [host]: credential }) });
}

describe("authorization (C.4 22)", () => {
  it.each([
    ["Basic", { type: "basic", users }, me],
    ["Bearer by password", { type: "bearer", users }, me],
    ["Bearer that answers access_token", { type: "bearer", users, tokenField: "access_token" }, me],
    [
      "Bearer by identity token",
      { type: "bearer", users, refreshTokens: { refresh: "me" } },
      { kind: "identity-token", token: "refresh" },
    ],
    ["Bearer whose tokens run out in mid-upload", { type: "bearer", users, tokenUses: 2 }, me],
  ] as const)("%s: pushes and pulls", async (_name, auth, credential) => {
    await using server = await startRegistry({ auth });
    const repository = clientFor(server.host, credential).repository(`${server.host}/team/app`);
    const layer = tinyLayer(100_000);
    // One after the other: the server counts uses, and a token shared by many would be used up before its second.
    await pushImage(repository, tinyImage([layer, tinyLayer(), tinyLayer()]), { tag: "1", concurrency: 1 });
    expect(await bytesOf(repository.getBlob(layer.descriptor))).toEqual(layer.bytes);
  });

  it("fetches one token for calls that come together", async () => {
    await using server = await startRegistry({ auth: { type: "bearer", users } });
    const repository = clientFor(server.host, me).repository(`${server.host}/team/app`);
    await Promise.all(Array.from({ length: 8 }, () => repository.headManifest("1")));
    expect(server.exchanges.filter(({ path }) => path.startsWith("/token"))).toHaveLength(1);
  });

  it("pulls as nobody where everybody may", async () => {
    await using server = await startRegistry({ auth: { type: "bearer", users, anonymousPull: true } });
    await pushImage(clientFor(server.host, me).repository(`${server.host}/a`), tinyImage(), { tag: "1" });
    expect(await clientFor(server.host).repository(`${server.host}/a`).headManifest("1")).toBeDefined();
    const denied = await failureOf(
      pushImage(clientFor(server.host).repository(`${server.host}/a`), tinyImage(), { tag: "2" }),
    );
    expect(denied).toMatchObject({ code: "E_REGISTRY_AUTH", message: expect.stringContaining("asks for credentials") });
    expect(denied.hint).toContain(`docker login ${server.host}`);
  });

  it.each(["basic", "bearer"] as const)(
    "%s: a wrong password is one E_REGISTRY_AUTH, no loop, no secret",
    async (type) => {
      await using server = await startRegistry({ auth: { type, users } });
      const error = await failureOf(clientFor(server.host, wrong).repository(`${server.host}/a`).headManifest("1"));
      expect(error).toMatchObject({
        code: "E_REGISTRY_AUTH",
        message: expect.stringContaining("refuses the credentials"),
      });
      expect(error.message).toContain(server.host);
      expect(JSON.stringify([error.message, error.hint, error.details, String(error.cause)])).not.toMatch(
        /CANARY|Q0FOQVJZ/,
      );
      expect(server.exchanges.length).toBeLessThan(5);
    },
  );

  it("an endless 401 ends", async () => {
    let requests = 0;
    await using server = await rawServer((request, response) => {
      requests++;
      if (request.url?.startsWith("/token")) return response.end(JSON.stringify({ token: `t${requests}` }));
      const realm = `http://${request.headers.host}/token`;
      response
        .writeHead(401, { "www-authenticate": [`Bearer realm="${realm}",service="a,b"`, 'Basic realm="x"'] })
        .end();
    });
    const error = await failureOf(clientFor(server.host, me).repository(`${server.host}/a`).headManifest("1"));
    expect(error.code).toBe("E_REGISTRY_AUTH");
    expect(requests).toBeLessThan(8);
  });

  it("403 insufficient_scope asks for a new token once", async () => {
    const seen: string[] = [];
    await using server = await rawServer((request, response) => {
      seen.push(`${request.url?.split("?")[0]} ${request.headers.authorization ?? "-"}`);
      const challenge = `Bearer realm="http://${request.headers.host}/token",error="insufficient_scope"`;
      if (request.url?.startsWith("/token")) return response.end(JSON.stringify({ token: `t${seen.length}` }));
      const good = request.headers.authorization === "Bearer t4";
      const refusal = seen.length === 1 ? 401 : 403;
      response.writeHead(good ? 200 : refusal, { "www-authenticate": challenge }).end();
    });
    expect(await quickClient().repository(`${server.host}/a`).headManifest("1")).toEqual({});
    expect(seen).toHaveLength(5);
  });

  it("a token server in trouble is asked again", async () => {
    await using server = await startRegistry({ auth: { type: "bearer", users } });
    await using proxy = await faultProxy(server.url, [{ match: "GET /token*", nth: [1, 2], do: { status: 503 } }]);
    expect(await clientFor(proxy.host, me).repository(`${proxy.host}/a`).headManifest("1")).toBeUndefined();
  });
});

describe("an identity token", () => {
  it.each([401, 404, 405, 415, 501])("goes by GET where POST is answered with %i", async (status) => {
    await using server = await startRegistry({ auth: { type: "bearer", users: { me: "refresh" } } });
    await using proxy = await faultProxy(server.url, [{ match: "POST /token*", do: { status } }]);
    const credential: Credential = { kind: "identity-token", token: "refresh", username: "me" };
    expect(await clientFor(proxy.host, credential).repository(`${proxy.host}/a`).headManifest("1")).toBeUndefined();
  });
});

describe("a server that repeats what it was sent", () => {
  it("finds it hidden in the error, whole or in pieces", async () => {
    await using server = await rawServer((request, response) => {
      const { authorization = "" } = request.headers;
      if (authorization === "") return response.writeHead(401, { "www-authenticate": 'Basic realm="x"' }).end();
      const message = `${"x".repeat(150)} ${authorization} ${authorization.slice(6)} ${wrong.password} ${encodeURIComponent(wrong.password)}`;
      response.writeHead(400).end(JSON.stringify({ errors: [{ code: authorization, message }] }));
    });
    const error = await failureOf(clientFor(server.host, wrong).repository(`${server.host}/a`).getManifest("1"));
    expect(error).toMatchObject({ code: "E_REGISTRY", details: { status: 400 } });
    const said = JSON.stringify([error.message, error.hint, error.details, error.stack]);
    expect(said).toContain("***");
    expect(said).not.toMatch(/CANARY|Q0FOQVJZ|bWU6Q/);
  });

  it("finds a token hidden, too", async () => {
    await using server = await rawServer((request, response) => {
      const { authorization, host } = request.headers;
      if (request.url?.startsWith("/token")) return response.end(JSON.stringify({ token: "CANARY" }));
      if (authorization === undefined) {
        return response.writeHead(401, { "www-authenticate": `Bearer realm="http://${host}/token"` }).end();
      }
      response
        .writeHead(400)
        .end(JSON.stringify({ errors: [{ code: "X", message: `no ${authorization.slice(7)} here` }] }));
    });
    const error = await failureOf(clientFor(server.host).repository(`${server.host}/a`).getManifest("1"));
    expect(error.message).toContain("no *** here");
  });
});

describe("credentials stay with their host (C.4 23)", () => {
  it("a redirect that leads back to the registry gets none, whatever its path", async () => {
    await using server = await startRegistry({ auth: { type: "basic", users } });
    await using proxy = await faultProxy(server.url);
    await using storage = await rawServer((_request, response) => {
      response.writeHead(307, { location: `${proxy.url}/v2/private/manifests/1` }).end();
    });
    proxy.script([{ match: "GET /v2/a/*", do: { redirect: `http://${storage.host}/x` } }]);
    const repository = clientFor(proxy.host, me).repository(`${proxy.host}/a`);
    expect(await failureOf(repository.getManifest("1"))).toMatchObject({ code: "E_REGISTRY_AUTH" });
    const led = proxy.exchanges.filter(({ path }) => path.startsWith("/v2/private/"));
    expect(led.map(({ headers }) => headers.authorization)).toEqual([undefined]);
  });

  it("a mirror's are looked up by the path of the mirror", async () => {
    await using server = await startRegistry();
    const asked: (string | undefined)[] = [];
    await using guarded = await rawServer((request, response) => {
      if (request.headers.authorization !== undefined) return response.writeHead(404).end();
      response.writeHead(401, { "www-authenticate": 'Basic realm="x"' }).end();
    });
    const credentials = {
      configFile: undefined,
      get: async (registry: string, options: { repository?: string } = {}) => {
        asked.push(`${registry}/${options.repository}`);
        return me;
      },
    };
    const mirrors = { [server.host]: `${guarded.host}/proxy/hub` };
    await quickClient({ credentials, mirrors }).repository(`${server.host}/team/app`).headManifest("1");
    expect(asked).toEqual([`${guarded.host}/proxy/hub/team/app`]);
  });

  it("a redirect to storage gets no Authorization", async () => {
    const layer = tinyLayer();
    const asked: (string | undefined)[] = [];
    await using storage = await rawServer((request, response) => {
      asked.push(request.headers.authorization);
      response.end(layer.bytes);
    });
    await using server = await startRegistry({ auth: { type: "basic", users } });
    await using proxy = await faultProxy(server.url, [
      { match: "GET */blobs/*", do: { redirect: `http://${storage.host}/x` } },
    ]);
    const repository = clientFor(proxy.host, me).repository(`${proxy.host}/a`);
    await pushImage(repository, tinyImage([layer]), { tag: "1" });
    expect(await bytesOf(repository.getBlob(layer.descriptor))).toEqual(layer.bytes);
    expect(asked).toEqual([undefined]);
    expect(proxy.exchanges.some(({ headers }) => headers.authorization?.startsWith("Basic "))).toBe(true);
  });

  it("an upload Location on another host gets no Authorization", async () => {
    const asked: (string | undefined)[] = [];
    await using elsewhere = await rawServer((request, response) => {
      asked.push(request.headers.authorization);
      request.resume().on("end", () => response.writeHead(201).end());
    });
    await using server = await startRegistry({ auth: { type: "basic", users } });
    await using proxy = await faultProxy(server.url, [
      { match: "POST *", do: { status: 202, headers: { location: `http://${elsewhere.host}/up?x=1` } } },
    ]);
    const layer = tinyLayer();
    const repository = clientFor(proxy.host, me).repository(`${proxy.host}/a`);
    await repository.headManifest("1");
    await repository.putBlob(layer.descriptor, layer.open);
    expect(asked).toEqual([undefined]);
  });

  it("a token is not fetched without TLS from elsewhere, nor from an address with a password", async () => {
    for (const realm of ["http://tokens.example/x", "file:///etc/passwd", "https://a:b@tokens.example/", "junk"]) {
      await using server = await startRegistry({ auth: { type: "bearer", users, realm } });
      const error = await failureOf(clientFor(server.host, me).repository(`${server.host}/a`).headManifest("1"));
      expect(error).toMatchObject({ code: "E_REGISTRY_AUTH", message: expect.stringContaining("refused") });
      expect(error.message).not.toContain("a:b@");
    }
  });

  it("foreign `urls` of a layer are never asked", async () => {
    let asked = 0;
    await using foreign = await rawServer((_request, response) => {
      asked++;
      response.end("x");
    });
    await using server = await startRegistry();
    const { descriptor } = tinyLayer();
    const entry = { ...descriptor, urls: [`http://${foreign.host}/layer`] };
    const error = await failureOf(bytesOf(quickClient().repository(`${server.host}/a`).getBlob(entry)));
    expect(error).toMatchObject({ code: "E_REGISTRY", details: { status: 404 } });
    expect(asked).toBe(0);
  });

  it("redirects in circles end, and none leads to another scheme", async () => {
    await using server = await startRegistry();
    await using proxy = await faultProxy(server.url);
    const repository = quickClient().repository(`${proxy.host}/a`);
    for (const redirect of [`${proxy.url}{path}`, "file:///etc/passwd", "ftp://x/y"]) {
      proxy.script([{ match: "HEAD *", do: { redirect } }]);
      expect(await failureOf(repository.headManifest("1"))).toMatchObject({ code: "E_REGISTRY" });
    }
    expect(proxy.exchanges.length).toBeLessThan(15);
  });
});
