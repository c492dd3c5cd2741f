import { type BuildRequest, planStep } from "@imagespec/core";

/** kaniko mounts for a whole build, not for a step: commands can read what was meant for the packages alone. */
export function warnOfSecrets(request: BuildRequest): void {
  const secrets = planStep(request.plan, "packages")?.secrets ?? [];
  if (secrets.length === 0 || planStep(request.plan, "commands") === undefined) return;
  request.emit({
    type: "warning",
    message: `With kaniko the files of pipSecretMounts are there for commands too: ${secrets.map(({ target }) => target).join(", ")}.`,
    hint: "Keep commands from copying them, or use the builder docker-buildx.",
  });
}
