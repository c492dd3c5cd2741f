import { join } from "node:path";
import { ensureGoTool } from "./go.ts";

/** Path of the OCI distribution conformance suite, a program that tests the registry at a given address. */
export async function ensureConformanceSuite(): Promise<string> {
  const folder = await ensureGoTool({
    name: "distribution-conformance",
    version: "v0.0.0-20260831232431-97274622c111",
    module: "conformance",
    packages: ["github.com/opencontainers/distribution-spec/conformance"],
  });
  return join(folder, "conformance");
}
