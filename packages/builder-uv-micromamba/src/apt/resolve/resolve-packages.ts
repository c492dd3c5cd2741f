import { createHash } from "node:crypto";
import { chmod, mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import {
  type AddressMirrors,
  APT_CHOICES,
  type AptIndex,
  ImageSpecError,
  isImageSpecError,
  runTool,
} from "@imagespec/core/builder";
import { hostAuthorities } from "../../session/host-authorities.ts";
import type { BaseSystem } from "../system/base-system.ts";
import type { AptPrograms } from "../system/find-apt.ts";
import { handedOn } from "../system/handed-on.ts";
import { aptSettings } from "./apt-settings.ts";
import { packageSources, renderSources } from "./package-sources.ts";

/** A package that apt has chosen. */
export interface AptPackage {
  name: string;
  version: string;
  url: string;
  /** `sha256:` and hexadecimal digits. */
  sha256: string;
  size: number;
  /** Whether it is installed only because another package depends on it. */
  automatic: boolean;
}

/** What apt has chosen, and from which state of the archives. */
export interface AptResolution {
  /** In the order apt would unpack them. */
  packages: AptPackage[];
  indexes: AptIndex[];
  /** Packages of the base that were installed automatically, and are asked for by name now. */
  manual: string[];
}

/** What apt is asked. */
export interface AptQuestion {
  programs: AptPrograms;
  base: BaseSystem;
  baseName: string;
  /** Debian's name of the image's architecture: `amd64`, `arm64`. */
  architecture: string;
  packages: readonly string[];
  /** Archives that are read elsewhere. */
  mirrors?: AddressMirrors | undefined;
  /** An empty folder, mode 0700. */
  root: string;
  signal: AbortSignal;
  onLine?: ((line: string) => void) | undefined;
}

/**
 * Has the host's apt-get resolve packages over a base, in a root of its own that holds the base's status, sources,
 * preferences and keyrings. So apt itself checks signatures, applies pins and chooses versions. It reads no
 * configuration of the host, and runs nothing of the base.
 *
 * @throws ImageSpecError E_RESOLVE with what apt says; E_UNSUPPORTED for sources and settings that are not understood,
 * where only some sources can be read, and for packages that would replace or remove some of the base.
 */
export async function resolvePackages(question: AptQuestion): Promise<AptResolution> {
  const { programs, root, signal, packages, baseName, onLine } = question;
  await makeRoot(question);
  const env: Record<string, string | undefined> = {
    APT_CONFIG: join(root, "apt.conf"),
    LC_ALL: "C",
    DPKG_ROOT: undefined,
  };
  const run = async (args: string[], hint: string, report = onLine) => {
    const { stdout } = await runTool(programs.aptGet, ["-q", ...args], {
      env,
      signal,
      errorCode: "E_RESOLVE",
      hint,
      onLine: (line, stream) => stream === "stderr" && report?.(line),
    });
    return stdout;
  };
  const network = "Check the network, and the sources and keys of the base image.";
  const goesOn = () => run(["update"], network, () => {}).catch(() => undefined);
  await run(["update", "--error-on=any"], network).catch(async (error: unknown) => {
    signal.throwIfAborted();
    // Where some sources answer, apt in a container goes on without those that are out of reach.
    const hasLists = (await readdir(join(root, "lists"))).some((name) => /_(?:In)?Release$/.test(name));
    if (!hasLists || (await goesOn()) === undefined) throw error;
    throw handedOn(`A source of ${baseName} cannot be read, and others can: ${lostSource(error)}`, error);
  });
  const install = ["-y", "--no-install-recommends", "install", ...packages];
  const hint = "Check the names and versions of aptPackages.";
  // Neither changes anything, so both may read the lists at once. Both print the same warnings: one is passed on.
  const runs = [run(["--simulate", ...install], hint), run(["--print-uris", ...install], hint, () => {})];
  // The folder is removed when this fails, and by then no apt may run in it.
  await Promise.allSettled(runs);
  const [simulated = "", uris = ""] = await Promise.all(runs);
  return {
    ...readAnswer(simulated, uris, { packages, baseName }),
    indexes: await readIndexes(join(root, "lists"), question.mirrors),
  };
}

/** What apt says of the first source that it could not read. */
function lostSource(error: unknown): string {
  const tail = isImageSpecError(error, "E_RESOLVE") ? (error.details.tail ?? []) : [];
  return tail.find((line) => line.startsWith("E: "))?.slice("E: ".length) ?? String(error);
}

async function makeRoot({ base, architecture, mirrors, root }: AptQuestion): Promise<void> {
  if (base.below("etc/apt/auth.conf.d").length > 0 || base.text("etc/apt/auth.conf") !== "")
    throw handedOn("/etc/apt/auth.conf holds logins for sources, which are not taken over");
  const settings = aptSettings([
    ...base.below("etc/apt/apt.conf.d").filter(({ path }) => isRead(path, "")),
    { path: "etc/apt/apt.conf", text: base.text("etc/apt/apt.conf") },
  ]);
  const sources = packageSources([
    { path: "etc/apt/sources.list", text: base.text("etc/apt/sources.list") },
    ...base.below("etc/apt/sources.list.d").filter(({ path }) => isRead(path, ".list") || isRead(path, ".sources")),
  ]);
  if (sources.length === 0) throw handedOn("aptPackages need sources of packages, and the base image has none");
  const put = async (path: string, content: Uint8Array | string) => {
    await mkdir(join(root, path, ".."), { recursive: true });
    await writeFile(join(root, path), content);
    // apt may check signatures as another user.
    await chmod(join(root, path), 0o644);
  };
  for (const folder of [
    "lists/partial",
    "cache/archives/partial",
    "etc/preferences.d",
    "etc/trusted.gpg.d",
    "etc/sources.list.d",
    "state",
  ])
    await mkdir(join(root, folder), { recursive: true });
  const copied = [
    ["var/lib/dpkg/status", "status"],
    ["var/lib/apt/extended_states", "state/extended_states"],
    ["etc/apt/preferences", "etc/preferences"],
    ["etc/apt/trusted.gpg", "etc/trusted.gpg"],
  ];
  for (const [from = "", to = ""] of copied) {
    const content = base.file(from);
    if (content !== undefined) await put(to, content);
  }
  for (const folder of ["preferences.d", "trusted.gpg.d"])
    for (const { path } of base.below(`etc/apt/${folder}`))
      await put(`etc/${folder}/${path.split("/").at(-1)}`, base.file(path) as Buffer);
  const keyrings = new Map<string, string>();
  const keyringOf = (path: string) => {
    const content = base.file(path.replace(/^\/+/, ""));
    if (content === undefined)
      throw handedOn(`A source of the base is signed by ${path}, which is not among its keyrings`);
    const place = join(root, "keyrings", `${keyrings.size}.${path.endsWith(".asc") ? "asc" : "gpg"}`);
    keyrings.set(place, path);
    return place;
  };
  const rendered = renderSources(sources, keyringOf, mirrors);
  for (const [place, path] of keyrings)
    await put(place.slice(root.length + 1), base.file(path.replace(/^\/+/, "")) as Buffer);
  await put("etc/sources.list.d/base.sources", rendered);
  const foreign = base
    .text("var/lib/dpkg/arch")
    .split(/\s+/)
    .filter((name) => /^[a-z0-9-]+$/.test(name) && name !== architecture);
  await put("apt.conf", configuration(root, { architecture, foreign, checkValidUntil: settings.checkValidUntil }));
}

/** Whether apt reads a file of that name in its folders of configuration. */
function isRead(path: string, ending: string): boolean {
  const name = path.slice(path.lastIndexOf("/") + 1);
  return (
    name.endsWith(ending) &&
    /^[A-Za-z0-9_.-]+$/.test(name) &&
    !/\.(disabled|bak|save|dpkg-[a-z]+|ucf-[a-z]+)$/.test(name)
  );
}

function configuration(
  root: string,
  { architecture, foreign, checkValidUntil }: { architecture: string; foreign: string[]; checkValidUntil: boolean },
): string {
  const authorities = hostAuthorities();
  const settings: [string, string][] = [
    ["Dir::Etc", join(root, "etc")],
    ["Dir::Etc::main", "/dev/null"],
    ["Dir::Etc::parts", "/dev/null"],
    ["Dir::Etc::sourcelist", "/dev/null"],
    ["Dir::Etc::sourceparts", join(root, "etc/sources.list.d")],
    ["Dir::Etc::netrc", "/dev/null"],
    ["Dir::Etc::netrcparts", "/dev/null"],
    ["Dir::State", join(root, "state")],
    ["Dir::State::lists", join(root, "lists")],
    ["Dir::State::status", join(root, "status")],
    ["Dir::Cache", join(root, "cache")],
    ["Dir::Log", join(root, "state")],
    ...Object.entries(APT_CHOICES),
    ["APT::Architecture", architecture],
    // Only the owner can read the folder.
    ["APT::Sandbox::User", ""],
    ["Acquire::ForceHash", "SHA256"],
    ["Acquire::Languages", "none"],
    ["Acquire::Check-Valid-Until", String(checkValidUntil)],
    ["Acquire::Retries", "3"],
    ...(authorities === undefined ? [] : [["Acquire::https::CAInfo", authorities] as [string, string]]),
  ];
  const lines = settings.map(([name, value]) => `${name} "${value.replaceAll('"', "")}";`);
  const all = [architecture, ...foreign].map((name) => `"${name}";`).join(" ");
  return `${lines.join("\n")}\n#clear APT::Architectures;\nAPT::Architectures { ${all} };\n`;
}

/**
 * Reads what apt-get prints.
 *
 * @throws ImageSpecError E_UNSUPPORTED for what changes packages the base has, E_RESOLVE for what is not read here.
 */
export function readAnswer(
  simulated: string,
  uris: string,
  { packages, baseName }: { packages: readonly string[]; baseName: string },
): Pick<AptResolution, "packages" | "manual"> {
  const order: { name: string; version: string; foreign: boolean }[] = [];
  const changed: string[] = [];
  for (const line of simulated.split("\n")) {
    const [, action, name = "", old, version = "", rest = ""] =
      /^(Inst|Remv|Purg) (\S+) (?:\[([^\]]*)\] )?(?:\((\S+) ([^)]*)\))?/.exec(line) ?? [];
    if (action === undefined) continue;
    if (action !== "Inst") changed.push(`remove ${name}`);
    else if (old !== undefined) changed.push(`replace ${name} ${old} by ${version}`);
    else order.push({ name: name.replace(/:.*/, ""), version, foreign: name.includes(":") && !rest.includes("[all]") });
  }
  if (changed.length > 0)
    throw handedOn(
      `aptPackages would ${changed.slice(0, 5).join(", ")} in ${baseName}, which is done by scripts of packages`,
    );
  const foreign = order.find((one) => one.foreign);
  if (foreign !== undefined) throw handedOn(`${foreign.name} is of another architecture than ${baseName}`);
  const files = new Map<string, Pick<AptPackage, "url" | "size" | "sha256">>();
  for (const [, url = "", file = "", size = "", sha256 = ""] of uris.matchAll(
    /^'([^']+)' (\S+) (\d+) SHA256:([0-9a-f]{64})$/gm,
  )) {
    const [name = "", version = ""] = file.split("_");
    files.set(`${name} ${decodeURIComponent(version)}`, { url, size: Number(size), sha256: `sha256:${sha256}` });
  }
  // A plus at the end asks for a package to be installed, or belongs to its name, as in g++.
  const wanted = new Set(
    packages.map((name) => name.replace(/[=/:].*/, "")).flatMap((name) => [name, name.replace(/[+]$/, "")]),
  );
  for (const [, name = ""] of simulated.matchAll(/^Note, selecting '([^']+)' (?:instead of|for) /gm))
    wanted.add(name.replace(/:.*/, ""));
  const manual = [...simulated.matchAll(/^(\S+) set to manually installed\.$/gm)].map(([, name = ""]) =>
    name.replace(/:.*/, ""),
  );
  return {
    manual,
    packages: order.map(({ name, version }) => {
      const file = files.get(`${name} ${version}`);
      if (file === undefined)
        throw new ImageSpecError("E_RESOLVE", `apt states no file with a sha256 for ${name} ${version}`, {
          hint: "Check the sources of the base image.",
        });
      return { name, version, ...file, automatic: !wanted.has(name) };
    }),
  };
}

/** The state of each index, named by its archive even where a mirror was read. */
async function readIndexes(lists: string, mirrors: AddressMirrors = {}): Promise<AptIndex[]> {
  const bare = (address: string) => `${address.replace(/^https?:\/\//, "")}/`;
  const archives = Object.entries(mirrors).map(([archive, mirror]) => [bare(mirror), bare(archive)] as const);
  const names = (await readdir(lists)).filter((name) => /_(In)?Release$/.test(name)).sort();
  return Promise.all(
    names.map(async (name) => {
      const bytes = await readFile(join(lists, name));
      const date = /^Date: (.*)$/m.exec(bytes.toString("utf8"))?.[1] ?? "";
      const read = name.replaceAll("_", "/");
      const [mirror = "", archive = ""] = archives.find(([mirror]) => read.startsWith(mirror)) ?? [];
      return {
        index: archive + read.slice(mirror.length),
        date,
        sha256: createHash("sha256").update(bytes).digest("hex"),
      };
    }),
  );
}
