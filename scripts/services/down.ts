// node scripts/services/down.ts [NAME...]: stops what services started (all of it without names), by recorded pid.
import { runningDaemons, stopDaemon } from "./daemon.ts";

const names = process.argv.slice(2);
for (const { name } of await runningDaemons()) {
  if (names.length === 0 || names.includes(name)) await stopDaemon(name);
}
