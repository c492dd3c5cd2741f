import { type Mirrors, mirrorOf, parseReference } from "@imagespec/registry/terms";
import type { BuildPlan } from "../plan/plan.ts";

/** Something outside of this machine that a build may ask, and what for. */
export interface BuildContact {
  kind: "registry" | "index" | "channel" | "apt";
  /** The host as the spec means it; undefined where a tool or the base image decides it. */
  host?: string | undefined;
  /** The host that is asked in its place. */
  through?: string | undefined;
  /** What is wanted there. */
  wanted: readonly string[];
  /** Of a registry, an image that is asked for; of an index or channel, its address. */
  address?: string | undefined;
}

/** Everything that a build of this plan may ask, by host. Pure: what a lock file or a base names itself is told as such. */
export function buildContacts(plan: BuildPlan, { mirrors, isPushed }: { mirrors: Mirrors; isPushed: boolean }) {
  const { base, steps, reference } = plan;
  const { environment, packages, apt } = steps;
  const images: [image: string, what: string][] = [];
  if (base.kind === "reference") images.push([base.reference, "the base image"]);
  if (environment !== undefined) images.push([environment.uvImage, "uv, where none is installed"]);
  if (environment?.manager === "conda") {
    images.push([environment.micromambaImage, "micromamba, where none is installed"]);
  }
  const contacts = images.map(([image, what]): BuildContact => {
    const { registry, repository } = parseReference(image);
    const through = mirrorOf(registry, repository, mirrors)?.registry;
    return { kind: "registry", host: registry, through, wanted: [`${what} ${image}`], address: image };
  });
  if (isPushed) {
    const { registry } = parseReference(reference);
    contacts.unshift({
      kind: "registry",
      host: registry,
      wanted: [`the image itself, ${reference}`],
      address: reference,
    });
  }
  if (packages !== undefined) contacts.push(...indexContacts(packages));
  if (environment?.manager === "conda") {
    for (const channel of environment.channels) {
      const address = /^https?:/.test(channel) ? channel : undefined;
      contacts.push({ kind: "channel", ...addressed(address), wanted: [`conda packages of ${channel}`] });
    }
  }
  if (apt !== undefined)
    contacts.push({ kind: "apt", wanted: ["Debian packages, from the sources of the base image"] });
  return merged(contacts);
}

function indexContacts(packages: NonNullable<BuildPlan["steps"]["packages"]>): BuildContact[] {
  const { source, index, extraIndexes, torchBackend } = packages;
  const found: BuildContact[] = [index, ...extraIndexes].map((address) => ({
    kind: "index",
    ...addressed(address),
    wanted: [address === undefined ? "Python packages, from uv's own index" : "Python packages"],
  }));
  if (source.from !== "requirements") {
    found.push({ kind: "index", wanted: ["Python packages, from the addresses in the lock file"] });
  }
  if (torchBackend !== undefined) {
    found.push({ kind: "index", wanted: [`PyTorch for ${torchBackend}, from the index that uv names`] });
  }
  return found;
}

function addressed(address: string | undefined): Pick<BuildContact, "host" | "address"> {
  return address === undefined ? {} : { host: new URL(address).host, address };
}

/** One contact for each host of a kind and the way there; what is asked for first is what is tried. */
function merged(contacts: readonly BuildContact[]): BuildContact[] {
  const all = new Map<string, BuildContact>();
  for (const contact of contacts) {
    const key = JSON.stringify([contact.kind, contact.host ?? contact.wanted, contact.through]);
    const known = all.get(key);
    all.set(key, known === undefined ? contact : { ...known, wanted: [...known.wanted, ...contact.wanted] });
  }
  return [...all.values()];
}
