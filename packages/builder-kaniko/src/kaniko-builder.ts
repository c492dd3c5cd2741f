import {
  type BuildRequest,
  type BuildResult,
  ImageSpecBuilder,
  type Probe,
  type StandardSchemaV1,
  type Unsupported,
} from "@imagespec/core";
import { buildInDocker } from "./docker/build-in-docker.ts";
import { probeDocker } from "./docker/probe-docker.ts";
import { buildInKubernetes } from "./kubernetes/build-in-kubernetes.ts";
import { JobSlots } from "./kubernetes/job-slots.ts";
import { probeKubernetes } from "./kubernetes/probe-kubernetes.ts";
import { buildLocally } from "./local/build-locally.ts";
import { probeLocally } from "./local/run-locally.ts";
import { type KanikoOptions, kanikoOptions } from "./options/options.ts";
import { unsupported } from "./options/unsupported.ts";

/** Builds with kaniko's executor: in a container, as a Kubernetes Job, or in the container this process runs in. */
export class KanikoBuilder extends ImageSpecBuilder {
  readonly builderType = "kaniko";
  override readonly optionsSchema: StandardSchemaV1 = kanikoOptions;
  readonly #slots = new JobSlots();
  readonly #probes = new Map<string, Promise<Probe>>();

  override supports(request: BuildRequest): Unsupported[] {
    return unsupported(request, optionsOf(request));
  }

  override async probe(request: BuildRequest): Promise<Probe> {
    const { mode, kubernetes } = optionsOf(request);
    if (mode === "kubernetes") {
      // Many builds at once ask a cluster once.
      const key = JSON.stringify([kubernetes.kubeconfig, kubernetes.context]);
      const asked = this.#probes.get(key) ?? probeKubernetes(kubernetes).finally(() => this.#probes.delete(key));
      this.#probes.set(key, asked);
      return asked;
    }
    return mode === "executor" ? probeLocally() : probeDocker();
  }

  override buildImage(request: BuildRequest): Promise<BuildResult> {
    const options = optionsOf(request);
    if (options.mode === "kubernetes") return buildInKubernetes(request, options, this.#slots);
    return options.mode === "executor" ? buildLocally(request, options) : buildInDocker(request, options);
  }
}

/** The engine has checked them; whoever calls a builder by hand may leave them out. */
function optionsOf(request: BuildRequest): KanikoOptions {
  return kanikoOptions.parse(request.options ?? {});
}
