import { type AddressMirrors, throughAddressMirror } from "@imagespec/core/builder";
import { handedOn } from "../system/handed-on.ts";
import { fieldOf, parseStanzas } from "../system/stanzas.ts";
import { saysNo } from "./says-no.ts";

/** An entry of apt's sources (sources.list(5)). */
export interface PackageSource {
  uris: string[];
  suites: string[];
  components: string[];
  architectures: string[];
  /** Paths of keyrings in the base, or the text of a key. */
  signedBy: string;
}

/** The options of a source that are understood, by what they are read as; "" for those without effect here. */
const OPTIONS = new Map([
  ["signed-by", "signedBy"],
  ["arch", "architectures"],
  ["architectures", "architectures"],
  ["trusted", "trusted"],
  ["enabled", "enabled"],
  ["by-hash", ""],
  ["pdiffs", ""],
  ["lang", ""],
  ["languages", ""],
]);

/**
 * The sources of binary packages in a base's `.list` and `.sources` files.
 *
 * @throws ImageSpecError E_UNSUPPORTED for one that is not read over http or https, whose signature would not be
 * checked, or that has an option not known here.
 */
export function packageSources(files: readonly { path: string; text: string }[]): PackageSource[] {
  return files.flatMap(({ path, text }) =>
    path.endsWith(".sources") ? fromStanzas(text, `/${path}`) : fromLines(text, `/${path}`),
  );
}

function fromStanzas(text: string, file: string): PackageSource[] {
  return parseStanzas(text, file).flatMap((stanza) => {
    const options = new Map<string, string>();
    for (const [name, value] of stanza)
      if (!/^(types|uris|suites|components|x-.*)$/i.test(name)) options.set(name.toLowerCase(), value);
    if (!words(fieldOf(stanza, "Types")).includes("deb")) return [];
    const [uris, suites, components] = ["URIs", "Suites", "Components"].map((name) => words(fieldOf(stanza, name)));
    return checked({ uris: uris ?? [], suites: suites ?? [], components: components ?? [] }, options, file);
  });
}

function fromLines(text: string, file: string): PackageSource[] {
  return text.split("\n").flatMap((raw) => {
    const line = raw.replace(/#.*/, "").trim();
    if (line === "") return [];
    const [, type, given = "", rest = ""] = /^(\S+)\s+(?:\[([^\]]*)\]\s+)?(.*)$/.exec(line) ?? [];
    if (type === "deb-src") return [];
    const [uri, suite, ...components] = words(rest);
    if (type !== "deb" || uri === undefined || suite === undefined)
      throw handedOn(`${file} has a line that is not a source of packages: ${line.slice(0, 80)}`);
    const options = new Map(
      words(given).map((option): [string, string] => {
        const [name = "", value = ""] = option.split("=");
        return [name.toLowerCase(), value.replaceAll(",", " ")];
      }),
    );
    return checked({ uris: [uri], suites: [suite], components }, options, file);
  });
}

function checked(
  place: Pick<PackageSource, "uris" | "suites" | "components">,
  options: ReadonlyMap<string, string>,
  file: string,
): PackageSource[] {
  const read = new Map<string, string>();
  for (const [name, value] of options) {
    const known = OPTIONS.get(name);
    if (known === undefined) throw handedOn(`${file} gives a source the option ${name}, which is not known here`);
    read.set(known, value.trimEnd());
  }
  if (saysNo(read.get("enabled") ?? "")) return [];
  if (!saysNo(read.get("trusted") ?? "no"))
    throw handedOn(`${file} has a source with trusted=yes, whose signature nobody checks`);
  for (const uri of place.uris)
    if (!/^https?:\/\/[^/@\s]+(\/\S*)?$/.test(uri))
      throw handedOn(`${file} has a source that is not read over http or https: ${uri.replace(/\/\/.*@/, "//")}`);
  return [{ ...place, architectures: words(read.get("architectures") ?? ""), signedBy: read.get("signedBy") ?? "" }];
}

/**
 * The sources as one `.sources` file, with mirrors in place of archives. `keyring` says where each keyring was copied.
 */
export function renderSources(
  sources: readonly PackageSource[],
  keyring: (path: string) => string,
  mirrors: AddressMirrors = {},
): string {
  const stanzas = sources.map((source) => {
    const { uris, suites, components, architectures, signedBy } = source;
    const isKey = signedBy.includes("BEGIN PGP");
    const lines = [
      "Types: deb",
      `URIs: ${uris.map((uri) => throughAddressMirror(uri, mirrors)).join(" ")}`,
      `Suites: ${suites.join(" ")}`,
      components.length > 0 && `Components: ${components.join(" ")}`,
      architectures.length > 0 && `Architectures: ${architectures.join(" ")}`,
      signedBy !== "" && `Signed-By: ${isKey ? signedBy : words(signedBy).map(keyring).join(" ")}`,
    ];
    return lines.filter((line) => line !== false).join("\n");
  });
  return `${stanzas.join("\n\n")}\n`;
}

function words(text: string): string[] {
  return text.split(/\s+/).filter((word) => word !== "");
}
