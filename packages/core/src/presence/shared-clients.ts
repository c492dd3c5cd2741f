import type { RegistryClient } from "@imagespec/registry";

/**
 * Clients of registries that work under way shares, one for each set of credentials, so that several images cost one
 * connection and one token. The last that uses a client closes it.
 */
export class SharedClients {
  readonly #open = new Map<string, { client: RegistryClient; users: number }>();

  async use<Result>(
    key: string,
    make: () => RegistryClient,
    work: (client: RegistryClient) => Promise<Result>,
  ): Promise<Result> {
    const shared = this.#open.get(key) ?? { client: make(), users: 0 };
    this.#open.set(key, shared);
    shared.users++;
    try {
      return await work(shared.client);
    } finally {
      shared.users--;
      if (shared.users === 0) {
        this.#open.delete(key);
        await shared.client.close();
      }
    }
  }
}
