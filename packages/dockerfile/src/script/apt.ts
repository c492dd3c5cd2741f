import { type AddressMirrors, APT_CHOICES, type AptStep, shellWord } from "@imagespec/core/builder";
import { FAIL_FUNCTION } from "./fragment/fail.ts";
import type { StepTools } from "./fragment/step-tools.ts";
import { trustLines } from "./fragment/trust.ts";

const CHOICES = Object.entries(APT_CHOICES)
  .map(([name, value]) => `-o ${name}=${value}`)
  .join(" ");

/** Installs Debian packages without recommended ones and without questions. */
export function aptScript(step: AptStep, tools: StepTools): string[] {
  // A cache is mounted where apt keeps its lists, and the base's stay; without one they would give way to new ones.
  const usesOwnLists = tools.cache === undefined;
  const options = `${CHOICES}${hasMirrors(step) ? SOURCES : ""}${usesOwnLists ? LISTS : ""}`;
  return [
    "set -e;",
    FAIL_FUNCTION,
    ...trustLines(tools),
    "command -v apt-get >/dev/null || fail E_UNSUPPORTED 'aptPackages need apt-get, which the base image lacks';",
    "export DEBIAN_FRONTEND=noninteractive;",
    ...mirrorLines(step.mirrors),
    ...(usesOwnLists ? ['lists=$(mktemp -d); mkdir -p "$lists/partial" /var/lib/apt/lists; chmod a+rx "$lists";'] : []),
    `apt_get() { apt-get -q ${options} \${SSL_CERT_FILE:+-o "Acquire::https::CAInfo=$SSL_CERT_FILE"} "$@"; };`,
    "apt_get update;",
    "apt_get install -y --no-install-recommends",
    ...step.packages.map(shellWord),
    // apt's own caches are large and quickly made again.
    `; rm -rf /var/cache/apt/*.bin${usesOwnLists ? ' "$lists"' : ""}${hasMirrors(step) ? ' "$sources"' : ""}`,
  ];
}

/** Has apt read the copies of its lists of sources that {@link mirrorLines} made. */
const SOURCES = ' -o "Dir::Etc::SourceList=$sources/sources.list" -o "Dir::Etc::SourceParts=$sources/sources.list.d"';

/** Has apt keep what it reads of its sources in a folder of this step. */
const LISTS = ' -o "Dir::State::Lists=$lists"';

function hasMirrors({ mirrors = {} }: AptStep): boolean {
  return Object.keys(mirrors).length > 0;
}

/** Copies the base's lists of sources, with mirrors in place of the archives. */
function mirrorLines(mirrors: AddressMirrors = {}): string[] {
  // Of two addresses of which one lies below the other, the longer counts.
  const addresses = Object.keys(mirrors).sort((left, right) => right.length - left.length);
  if (addresses.length === 0) return [];
  // A mirror is put in behind a mark, so that no address is found in one.
  const marked = addresses.flatMap((address, at) => [
    `s|${escaped(address)}\\([/[:space:]]\\)|@${at}@\\1|g`,
    `s|${escaped(address)}$|@${at}@|`,
  ]);
  const written = addresses.map((address, at) => `s|@${at}@|${mirrors[address]}|g`);
  return [
    'sources=$(mktemp -d); cp -R /etc/apt/sources.list* "$sources/"; mkdir -p "$sources/sources.list.d";',
    'touch "$sources/sources.list"; chmod -R a+rX "$sources";',
    `find "$sources" -type f -exec sed -i ${shellWord([...marked, ...written].join(";"))} {} +;`,
  ];
}

/** An address as a basic regular expression that means itself. */
function escaped(address: string): string {
  return address.replace(/[.[\]*^$\\|]/g, "\\$&");
}
