import { isBrokenPipe } from "@imagespec/core/builder";
import type { Container } from "dockerode";
import { pack } from "tar-stream";

/**
 * Writes files into a container's file system, by absolute path, readable by root alone; those without a content are
 * left out.
 *
 * @throws {Error} The engine's refusal, with its `statusCode`, or that of the connection to it.
 */
export async function putFiles(container: Container, files: Record<string, string | undefined>): Promise<void> {
  const present = Object.entries(files).filter((file): file is [string, string] => file[1] !== undefined);
  if (present.length === 0) return;
  const archive = pack();
  for (const [path, content] of present)
    archive.entry({ name: path.slice(1), mode: 0o600, mtime: new Date(0) }, content);
  archive.finalize();
  const bytes = Buffer.concat((await Array.fromAsync(archive)) as Uint8Array[]);
  const put = () => container.putArchive(bytes, { path: "/" });
  await put().catch(async (error: unknown) => {
    if (!isBrokenPipe(error)) throw error;
    // An engine that answers before it has read everything closes the connection, and its answer is lost with it:
    // whether the container is still there is asked in its place, and the same files may be written twice.
    await container.inspect();
    await put();
  });
}
