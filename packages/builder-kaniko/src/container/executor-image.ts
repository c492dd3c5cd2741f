import type { ContainerEngine } from "@imagespec/container-engine";
import type { BuildRequest } from "@imagespec/core/builder";
import { ImageSpecError, parseReference, throughMirror } from "@imagespec/registry";

/**
 * Makes sure the engine holds the executor's image; where it does not, it is pulled, through the mirrors. Returns the
 * name to create containers from.
 *
 * @throws ImageSpecError E_TOOL_MISSING when it cannot be obtained, E_DAEMON without an engine.
 */
export async function ensureExecutorImage(
  engine: Pick<ContainerEngine, "inspectImage" | "pullImage">,
  image: string,
  { mirrors, credentials, signal }: Pick<BuildRequest, "mirrors" | "credentials" | "signal">,
): Promise<string> {
  const names = [...new Set([image, throughMirror(image, mirrors)])];
  for (const name of names) if ((await engine.inspectImage(name)) !== undefined) return name;
  const failures: Error[] = [];
  for (const name of names.reverse()) {
    try {
      await engine.pullImage(name, await credentials.get(parseReference(name).registry, { signal }));
      return name;
    } catch (error) {
      if (signal.aborted) throw error;
      failures.push(error as Error);
    }
  }
  const reason = failures.map(({ message }) => message).join("; ");
  throw new ImageSpecError("E_TOOL_MISSING", `The executor's image ${image} cannot be pulled: ${reason}`, {
    cause: failures.at(-1),
    hint: 'Name one this engine can reach in builderOptions { image: "..." }, or log in to its registry.',
  });
}
