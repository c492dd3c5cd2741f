/** The builders of this project and where they are; also what a message offers to install. */
export const FIRST_PARTY_BUILDERS: ReadonlyMap<string, string> = new Map([
  ["uv-micromamba", "@imagespec/builder-uv-micromamba"],
  ["docker-buildx", "@imagespec/builder-docker-buildx"],
  ["kaniko", "@imagespec/builder-kaniko"],
  ["noop", "@imagespec/builder-noop"],
]);

const RESERVED = new Set(["docker", "buildkit", "uv", "micromamba", "oci", "default"]);

/** Whether a dependency of that name may bring a builder of that type without being named in `plugins`. */
export function mayProvide(packageName: string, type: string): boolean {
  const owner = FIRST_PARTY_BUILDERS.get(type);
  return owner === undefined ? !RESERVED.has(type) : owner === packageName;
}
