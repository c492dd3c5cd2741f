import type { Credential, CredentialStore } from "@imagespec/registry";
import { describe, expect, it } from "vitest";
import { dockerConfig } from "./docker-config.ts";

class Store implements CredentialStore {
  readonly configFile = undefined;
  readonly asked: string[] = [];
  readonly #known: Record<string, Credential>;
  constructor(known: Record<string, Credential>) {
    this.#known = known;
  }
  async get(registry: string): Promise<Credential | undefined> {
    this.asked.push(registry);
    return this.#known[registry];
  }
}
const signal = new AbortController().signal;

describe("dockerConfig", () => {
  it("holds the credentials of the registries asked for and no others", async () => {
    const store = new Store({
      "docker.io": { kind: "basic", username: "u", password: "hunter2:x" },
      "ghcr.io": { kind: "identity-token", token: "idt" },
      "quay.io": { kind: "registry-token", token: "rt" },
      "other.example": { kind: "basic", username: "no", password: "no" },
    });
    const config = await dockerConfig(["docker.io", "ghcr.io", "localhost:5000", "quay.io"], store, signal);
    expect(JSON.parse(config?.json ?? "")).toEqual({
      auths: {
        "https://index.docker.io/v1/": { auth: Buffer.from("u:hunter2:x").toString("base64") },
        "ghcr.io": { identitytoken: "idt" },
        "quay.io": { registrytoken: "rt" },
      },
    });
    expect(config?.secrets).toEqual(["hunter2:x", Buffer.from("u:hunter2:x").toString("base64"), "idt", "rt"]);
    expect(store.asked).not.toContain("other.example");
  });

  it("is nothing when all are anonymous", async () => {
    expect(await dockerConfig(["localhost:5000"], new Store({}), signal)).toBeUndefined();
  });
});
