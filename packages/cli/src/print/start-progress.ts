import type { WriteStream } from "node:tty";
import { LiveTree } from "./live-tree.ts";
import { PlainLines } from "./plain-lines.ts";
import type { Progress } from "./progress.ts";

/** A live tree on a terminal that can be drawn on; plain lines anywhere else, and in CI. */
export function startProgress(stream: WriteStream, env: NodeJS.ProcessEnv): Progress {
  const canDraw = stream.isTTY && env.TERM !== "dumb" && !env.CI;
  return canDraw ? new LiveTree(stream) : new PlainLines((text) => stream.write(text));
}
