import { docsPage, ImageSpecError, isImageSpecError } from "@imagespec/registry";
import { KubeRefusal, mayPass } from "./cluster.ts";

/** The error for a call that the Kubernetes API refused; other errors stay what they are. */
export function refusalError(error: unknown, doing: string, namespace: string): unknown {
  if (isImageSpecError(error) || !(error instanceof KubeRefusal)) return error;
  const details = { status: error.status, reason: error.reason, namespace };
  const say = (what: string, hint: string) =>
    new ImageSpecError("E_KUBERNETES", `${what} (${doing}, namespace ${namespace}): ${error.message}`, {
      cause: error,
      hint,
      details,
    });
  if (/exceeded quota/.test(error.message)) {
    return say("A quota of the namespace is used up", "Wait for other builds to end, or ask for a larger quota.");
  }
  if (/is being terminated/.test(error.message)) {
    return say("The namespace is being deleted", "Choose another in builderOptions.kubernetes.namespace.");
  }
  if (/admission|violates PodSecurity/i.test(error.message)) {
    const hint = "Ask the cluster's administrator what this namespace admits; see kubernetes.securityContext.";
    return say("A rule of the cluster does not admit this", hint);
  }
  if (mayPass(error)) return say("The cluster could not serve a request", "Try again when its API is less busy.");
  if (error.status === 401) return say("The cluster does not accept these credentials", "Log in to the cluster again.");
  if (error.status === 403) {
    return say(
      "Kubernetes does not allow this",
      `Give the user the rights listed in ${docsPage("builders/kaniko-kubernetes")}.`,
    );
  }
  if (error.status === 404) return say("The namespace does not exist", "Check that the namespace exists.");
  return say("The cluster refused a request", "Check builderOptions.kubernetes.");
}
