import type { PlatformImage } from "../push-image.ts";
import { UV_VERSION } from "../uv.ts";
import { debianImage, pythonImage } from "./debian.ts";
import * as fixtures from "./fixtures.ts";
import { uvImage } from "./uv.ts";

export interface CatalogEntry {
  repository: string;
  tag: string;
  make(architecture: string): Promise<PlatformImage>;
  /** Architectures in addition to the host's. */
  more?: readonly string[];
}

/** The images tests and quickstart build on, by short name: what Docker Hub and ghcr.io would serve, and fixtures. */
export const CATALOG = {
  python: { repository: "library/python", tag: "3.11-slim-bookworm", make: pythonImage },
  uv: { repository: "astral-sh/uv", tag: UV_VERSION, make: uvImage, more: ["amd64", "arm64"] },
  debian: { repository: "library/debian", tag: "bookworm-slim", make: debianImage },
  uid1000: { repository: "fixtures/uid1000", tag: "1", make: fixtures.uid1000Image },
  ownConfig: { repository: "fixtures/own-config", tag: "1", make: fixtures.ownConfigImage },
  pythonDistroless: { repository: "fixtures/python-distroless", tag: "1", make: fixtures.pythonDistrolessImage },
  pythonSmall: { repository: "fixtures/python-small", tag: "1", make: fixtures.pythonSmallImage },
  noShell: { repository: "fixtures/no-shell", tag: "1", make: fixtures.noShellImage },
  musl: { repository: "fixtures/musl", tag: "1", make: fixtures.muslImage },
} satisfies Record<string, CatalogEntry>;

export type ImageName = keyof typeof CATALOG;
