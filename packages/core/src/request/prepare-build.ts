import { type CredentialStore, dockerCredentials, type ProcessEnvironment, parseMirrors } from "@imagespec/registry";
import type { BuildRequest } from "../builder/builder.ts";
import { type Identity, identify } from "../identity/identify.ts";
import { type AddressMirrors, parseAddressMirrors } from "../mirror/address-mirrors.ts";
import type { BuildPlan } from "../plan/plan.ts";
import { planImage } from "../plan/plan-image.ts";
import { type ResolveOptions, resolveSpec } from "../resolve/resolve-spec.ts";
import type { ResolvedSpec } from "../resolve/resolved-spec.ts";
import type { Spec } from "../spec/spec.ts";
import type { BuildCall } from "./build-options.ts";
import type { Work } from "./through-mirrors.ts";

/** What preparing a build takes from the process it runs in. */
export interface BuildHost extends Pick<ResolveOptions, "cacheDir" | "signal" | "skipSecretFiles" | "tell"> {
  env: ProcessEnvironment;
}

/** Everything that is known of a build before a registry, an engine or a builder is asked. */
export interface PreparedBuild {
  resolved: ResolvedSpec;
  identity: Identity;
  /** `registry/name:tag`, or `name:tag` without a registry. */
  reference: string;
  credentials: CredentialStore;
  mirrors: Record<string, string>;
  /** Of package indexes, channels and archives; `request` has them applied, `plan` has not. */
  addressMirrors: AddressMirrors;
  /** Built on the computed name of a base spec, until that is built. */
  plan: BuildPlan;
  /** What builders are asked about, with builderOptions as given; nothing hears its events yet. */
  request: BuildRequest<Readonly<Record<string, unknown>>>;
}

/**
 * Puts the request of one build together: resolves the spec, identifies it and plans its image. Reads the spec's files
 * and contacts no registry, engine or builder.
 *
 * @throws ImageSpecError E_INPUT_FILE naming all files that are missing or wrong; what else `resolveSpec`
 * throws; E_OPTIONS for mirrors that mean nothing.
 */
export async function prepareBuild(spec: Spec, call: BuildCall, host: BuildHost): Promise<PreparedBuild> {
  const { env, signal = new AbortController().signal } = host;
  const resolved = await resolveSpec(spec, { ...host, platforms: call.platforms });
  const identity = identify(resolved);
  const plan = planImage(resolved, identity);
  const { reference, platforms } = plan;
  const credentials = dockerCredentials({ configFile: resolved.registryConfig, env });
  const mirrors = parseMirrors(env.IMAGESPEC_REGISTRY_MIRRORS);
  const addressMirrors = parseAddressMirrors(env.IMAGESPEC_INDEX_MIRRORS);
  const work = await workThrough(plan, resolved, addressMirrors);
  const request = {
    spec,
    plan: work.plan,
    get files() {
      return work.files;
    },
    target: { reference, platforms, push: call.push, output: call.output },
    options: call.builderOptions,
    secrets: resolved.secretFiles,
    credentials,
    mirrors,
    force: call.force,
    signal,
    emit: () => undefined,
  };
  return { resolved, identity, reference, credentials, mirrors, addressMirrors, plan, request };
}

async function workThrough(plan: BuildPlan, resolved: ResolvedSpec, mirrors: AddressMirrors): Promise<Work> {
  const work = {
    plan,
    // A tag needs none of them.
    get files() {
      return resolved.files;
    },
  };
  if (Object.keys(mirrors).length === 0) return work;
  // It reads locks, for which most builds have no need.
  const { throughMirrors } = await import("./through-mirrors.ts");
  return throughMirrors(work, mirrors);
}
