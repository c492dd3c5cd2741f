import { ImageSpecError } from "@imagespec/core/builder";
import { ZipArchive } from "../wheel/zip-archive.ts";

/** What a resolver has to know of a distribution (PyPA core metadata). */
export interface StaticMetadata {
  name: string;
  version: string;
  requires: string[];
  requiresPython: string | undefined;
  extras: string[];
}

/** Bytes of a METADATA. */
const LARGEST = 8 * 1024 * 1024;

/**
 * Reads it from a wheel.
 *
 * @throws ImageSpecError E_RESOLVE for a file that is none.
 */
export async function wheelMetadata(path: string, filename: string): Promise<StaticMetadata> {
  const zip = await ZipArchive.open(path, filename);
  try {
    const member = zip.members.find((one) => /^[^/]+\.dist-info\/METADATA$/.test(one.path));
    if (member === undefined) throw new ImageSpecError("E_RESOLVE", `${filename} is not a wheel: it has no METADATA`);
    return parseMetadata((await member.bytes(LARGEST)).toString("utf8"));
  } finally {
    await zip.close();
  }
}

/** Reads core metadata, which begins like a mail: `Name: value` up to the first empty line; a line that begins with a blank goes on. */
export function parseMetadata(text: string): StaticMetadata {
  const head = (text.split(/\r?\n\r?\n/, 1)[0] ?? "").replace(/\r?\n[ \t]+/g, " ");
  const values = (name: string) =>
    [...head.matchAll(new RegExp(`^${name}:[ \\t]*(.*?)[ \\t]*$`, "gim"))].map(([, value = ""]) => value);
  return {
    name: values("Name")[0] ?? "",
    version: values("Version")[0] ?? "",
    requires: values("Requires-Dist"),
    requiresPython: values("Requires-Python")[0],
    extras: values("Provides-Extra"),
  };
}
