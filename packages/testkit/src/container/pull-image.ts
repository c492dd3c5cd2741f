import type Docker from "dockerode";

/** Has the engine fetch an image from its registry. Throws what the engine says, also when it says so in the stream. */
export async function pullImage(
  docker: Docker,
  reference: string,
  auth?: { username: string; password: string },
): Promise<void> {
  const stream = await docker.pull(reference, auth ? { authconfig: auth } : {});
  const messages = await new Promise<{ error?: string }[]>((resolve, reject) => {
    docker.modem.followProgress(stream, (error, output) => (error ? reject(error) : resolve(output)));
  });
  // A failure that comes with HTTP status 200 is in the messages alone.
  const failed = messages.find(({ error }) => error !== undefined);
  if (failed) throw new Error(`the engine could not pull ${reference}: ${failed.error}`);
}
