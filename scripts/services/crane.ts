import { ensureGoTool } from "./go.ts";

/** Folder with `crane`, an independent reader and writer of registries. */
export function ensureCrane(): Promise<string> {
  const packages: [string] = ["github.com/google/go-containerregistry/cmd/crane"];
  return ensureGoTool({ name: "crane", version: "v0.22.1", module: "crane", packages });
}
