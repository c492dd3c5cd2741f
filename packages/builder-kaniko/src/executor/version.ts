import { readFileSync } from "node:fs";

/** This package's version, for the label `dev.imagespec.builder`. */
export function packageVersion(): string {
  const text = readFileSync(new URL("../../package.json", import.meta.url), "utf8");
  return (JSON.parse(text) as { version: string }).version;
}
