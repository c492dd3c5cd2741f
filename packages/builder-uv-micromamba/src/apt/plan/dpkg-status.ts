import { controlText, type PackageContents } from "../package/package-contents.ts";
import { handedOn } from "../system/handed-on.ts";
import { linesOf, parseStanzas, type Stanza } from "../system/stanzas.ts";

/** The order in which dpkg writes fields. Other fields follow in the order of the package. */
const ORDER =
  `Package Essential Protected Status Priority Section Installed-Size Origin Maintainer Bugs Architecture Multi-Arch
  Source Version Replaces Provides Depends Pre-Depends Recommends Suggests Breaks Conflicts Enhances Conffiles
  Description`.split(/\s+/);
const RELATIONS = /^(Replaces|Provides|(Pre-)?Depends|Recommends|Suggests|Breaks|Conflicts|Enhances)$/;

/** A package's entry in /var/lib/dpkg/status once it is installed (deb-control(5), dpkg(1)). */
export function installedStanza(contents: PackageContents): Stanza {
  const [stanza] = parseStanzas(contents.control, "the control file of a package");
  if (stanza === undefined) throw handedOn("A package has an empty control file");
  const conffiles = linesOf(controlText(contents, "conffiles"));
  const fields = new Map(stanza).set("Status", "install ok installed");
  if (conffiles.length > 0) {
    const sums = conffiles.map((line) => {
      // A conffile that an upgrade removes is not in the package; dpkg records it without a checksum.
      const [path = "", flag] = line.split(/ +/).reverse();
      if (flag === "remove-on-upgrade") return `\n ${path} newconffile remove-on-upgrade`;
      const md5 = contents.files.find((file) => `/${file.path}` === line)?.md5;
      if (md5 === undefined)
        throw handedOn(`${stanza.get("Package")} has the conffile ${line}, which it does not hold`);
      return `\n ${line} ${md5}`;
    });
    fields.set("Conffiles", sums.join(""));
  }
  const rest = [...stanza.keys()].filter((name) => !ORDER.includes(name));
  const ordered: Stanza = new Map();
  for (const name of [...ORDER, ...rest]) {
    const value = fields.get(name);
    if (value === undefined || (/^(Essential|Multi-Arch|Protected)$/.test(name) && value === "no")) continue;
    ordered.set(name, RELATIONS.test(name) ? relations(value) : value);
  }
  return ordered;
}

/** A list of relations as dpkg writes it: one space after each comma and around each operator. */
function relations(text: string): string {
  return text
    .replace(/\s+/g, " ")
    .split(",")
    .map((one) => one.trim())
    .filter((one) => one !== "")
    .map((one) => one.replace(/\s*\(\s*([<>=]+)\s*([^)\s]*)\s*\)/g, " ($1 $2)").replace(/\s*\|\s*/g, " | "))
    .join(", ");
}

/** The text of /var/lib/dpkg/status: packages by name, then architecture. */
export function renderStatus(stanzas: readonly Stanza[]): string {
  const key = (stanza: Stanza): [string, string] => [stanza.get("Package") ?? "", stanza.get("Architecture") ?? ""];
  const sorted = [...stanzas].sort((one, other) => {
    const [a, b] = [key(one), key(other)];
    if (a[0] !== b[0]) return a[0] < b[0] ? -1 : 1;
    return a[1] < b[1] ? -1 : 1;
  });
  const render = (stanza: Stanza) =>
    [...stanza]
      .map(([name, value]) => (value.startsWith("\n") ? `${name}:${value}\n` : `${name}: ${value}\n`))
      .join("");
  return sorted.map((stanza) => `${render(stanza)}\n`).join("");
}
