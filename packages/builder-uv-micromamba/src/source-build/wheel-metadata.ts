import { ImageSpecError } from "@imagespec/core/builder";
import { headerFields } from "../wheel/header-fields.ts";
import { ZipArchive } from "../wheel/zip-archive.ts";

/** What a resolver has to know of a distribution (PyPA core metadata). */
export interface StaticMetadata {
  name: string;
  version: string;
  requires: string[];
  requiresPython: string | undefined;
  extras: string[];
}

/** The most bytes that a METADATA file may have. */
const LARGEST = 8 * 1024 * 1024;

/**
 * Reads the metadata of a wheel.
 *
 * @throws ImageSpecError E_RESOLVE for a file that is not a wheel.
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

/** Reads core metadata. */
export function parseMetadata(text: string): StaticMetadata {
  const fields = headerFields(text);
  const values = (label: string) => fields.flatMap(([name, value]) => (name.toLowerCase() === label ? [value] : []));
  return {
    name: values("name")[0] ?? "",
    version: values("version")[0] ?? "",
    requires: values("requires-dist"),
    requiresPython: values("requires-python")[0],
    extras: values("provides-extra"),
  };
}
