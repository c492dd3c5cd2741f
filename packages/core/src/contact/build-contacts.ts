import { type Mirrors, mirrorOf, type ProcessEnvironment, parseReference } from "@imagespec/registry/terms";
import { type AddressMirrors, hasMirror, throughAddressMirror } from "../mirror/address-mirrors.ts";
import { DEFAULT_INDEX } from "../mirror/default-index.ts";
import { PYTHON_DOWNLOADS } from "../mirror/python-downloads.ts";
import { condaChannelAddress } from "../plan/conda-channels.ts";
import type { BuildPlan } from "../plan/plan.ts";
import type { PreparedBuild } from "../request/prepare-build.ts";
import { packageAddresses } from "./package-addresses.ts";

/** Something outside of this machine that a build may ask, and what for. */
export interface BuildContact {
  kind: "registry" | "index" | "channel" | "apt" | "python";
  /** The host as the spec means it; undefined where a tool or the base image decides it. */
  host?: string | undefined;
  /** The host that is asked in its place. */
  through?: string | undefined;
  /** What is wanted there. */
  wanted: readonly string[];
  /** Of a registry, an image that is asked for; of all others, the address that is asked. */
  address?: string | undefined;
}

/** What is known of a build before anything is asked. */
type Prepared = Pick<PreparedBuild, "plan" | "resolved" | "request" | "mirrors" | "addressMirrors">;

/**
 * Everything that a build may ask, by host, with the mirrors it goes through. Reads requirement files and locks; what
 * the base image names itself is told as such.
 *
 * @throws ImageSpecError E_FILE_CHANGED for one of those files that is no longer what was hashed.
 */
export async function buildContacts(
  prepared: Prepared,
  { isPushed, env }: { isPushed: boolean; env: ProcessEnvironment },
): Promise<BuildContact[]> {
  const { plan, mirrors, addressMirrors } = prepared;
  const { environment, apt } = plan.steps;
  const contacts = registryContacts(plan, mirrors, isPushed);
  contacts.push(...(await packageContacts(prepared)));
  if (environment?.manager === "conda") {
    for (const channel of environment.channels) {
      const address = condaChannelAddress(channel);
      contacts.push(contact("channel", address, `conda packages of ${channel}`, addressMirrors));
    }
  } else if (environment?.python.from === "version" && plan.base.given) {
    const what = `Python ${environment.python.version}, where the base image has another`;
    const mirror = env.UV_PYTHON_INSTALL_MIRROR;
    contacts.push(contact("python", PYTHON_DOWNLOADS, what, mirror ? { [PYTHON_DOWNLOADS]: mirror } : {}));
  }
  if (apt !== undefined) {
    const through = Object.keys(addressMirrors).length > 0 ? ", or their mirrors" : "";
    contacts.push({ kind: "apt", wanted: [`Debian packages, from the sources of the base image${through}`] });
  }
  return merged(contacts);
}

function registryContacts(
  { base, steps: { environment }, reference }: BuildPlan,
  mirrors: Mirrors,
  isPushed: boolean,
): BuildContact[] {
  const images: [image: string, what: string][] = [];
  if (base.kind === "reference") images.push([base.reference, "the base image"]);
  if (environment !== undefined) images.push([environment.uvImage, "uv, unless it is installed:"]);
  if (environment?.manager === "conda") {
    images.push([environment.micromambaImage, "micromamba, unless it is installed:"]);
  }
  const asked = images.map(([image, what]): BuildContact => {
    const { registry, repository } = parseReference(image);
    const through = mirrorOf(registry, repository, mirrors)?.registry;
    return { kind: "registry", host: registry, through, wanted: [`${what} ${image}`], address: image };
  });
  if (!isPushed) return asked;
  const { registry } = parseReference(reference);
  const wanted = [`the image itself, ${reference}`];
  return [{ kind: "registry", host: registry, wanted, address: reference }, ...asked];
}

async function packageContacts({ plan, resolved, request, addressMirrors }: Prepared): Promise<BuildContact[]> {
  const [step, carriedOut] = [plan.steps.packages, request.plan.steps.packages];
  if (step === undefined || carriedOut === undefined) return [];
  const { indexes } = await packageAddresses(step, resolved.files);
  // Of a lock whose index has a mirror, the files are where the mirror says.
  const { direct } = await packageAddresses(carriedOut, request.files);
  const wanted = (address: string) => `Python packages${address === DEFAULT_INDEX ? ", from the default index" : ""}`;
  const contacts = [
    ...indexes.map((address) => contact("index", address, wanted(address), addressMirrors)),
    ...direct.map((address) => contact("index", address, "Python packages that are named by their address", {})),
  ];
  const { torchBackend: torch } = step;
  if (torch === undefined) return contacts;
  const what = `PyTorch for ${torch}, from the index that uv names`;
  return [...contacts, contact("index", `https://download.pytorch.org/whl/${torch}`, what, {})];
}

function contact(kind: BuildContact["kind"], named: string, what: string, mirrors: AddressMirrors): BuildContact {
  const address = throughAddressMirror(named, mirrors);
  const hostOf = (text: string) => (text === DEFAULT_INDEX ? undefined : new URL(text).host);
  const [host, asked] = [hostOf(named), hostOf(address)];
  const through = hasMirror(named, mirrors) ? asked : undefined;
  return { kind, host, through, wanted: [what], address: asked === undefined ? undefined : address };
}

/**
 * One contact for each kind, host and mirror, with all that is wanted there; the first address is the one that is
 * tried.
 */
function merged(contacts: readonly BuildContact[]): BuildContact[] {
  const all = new Map<string, BuildContact>();
  for (const contact of contacts) {
    const key = JSON.stringify([contact.kind, contact.host ?? contact.wanted, contact.through]);
    const { wanted, ...about } = all.get(key) ?? { ...contact, wanted: [] };
    all.set(key, { ...about, wanted: [...new Set([...wanted, ...contact.wanted])] });
  }
  return [...all.values()];
}
