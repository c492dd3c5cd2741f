import type { RegistryRepository } from "@imagespec/registry";
import { type BuiltLayer, layerDescriptor } from "./layer-source.ts";

/** Layers that the repository of an image holds: none of them need be made or sent again. */
export class LayerRegistry {
  readonly #repository: RegistryRepository;
  readonly #signal: AbortSignal;
  readonly #asked = new Map<string, Promise<boolean>>();
  readonly #held = new Set<string>();

  constructor(repository: RegistryRepository, signal: AbortSignal) {
    this.#repository = repository;
    this.#signal = signal;
  }

  /** Whether the repository has a layer's bytes; asked once for each. */
  has(layer: Pick<BuiltLayer, "digest" | "size">): Promise<boolean> {
    const asked = this.#asked.get(layer.digest);
    if (asked !== undefined) return asked;
    const answer = this.#ask(layer);
    this.#asked.set(layer.digest, answer);
    return answer;
  }

  /** Whether the repository has said that it has a layer's bytes. */
  holds({ digest }: Pick<BuiltLayer, "digest">): boolean {
    return this.#held.has(digest);
  }

  async #ask(layer: Pick<BuiltLayer, "digest" | "size">): Promise<boolean> {
    const isThere = await this.#repository.hasBlob(layerDescriptor(layer), { signal: this.#signal });
    if (isThere) this.#held.add(layer.digest);
    return isThere;
  }

  /** A layer's bytes, for a reader that checks them. */
  open(layer: BuiltLayer, signal: AbortSignal): AsyncIterable<Uint8Array> {
    return this.#repository.getBlob(layerDescriptor(layer), { signal, unchecked: true });
  }
}
