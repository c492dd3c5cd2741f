// node scripts/services/up.ts [NAME...]: starts services and leaves them running; prints their addresses as JSON.

import { EXTRAS, isExtra } from "./extras.ts";
import { ensureServices, serviceEnvironment } from "./services.ts";

const names = process.argv.slice(2);
const unknown = names.filter((name) => !isExtra(name));
if (unknown.length > 0) {
  console.error(`unknown service ${unknown.join(", ")}; there are: ${Object.keys(EXTRAS).join(", ")}`);
  process.exit(2);
}
const services = await ensureServices();
const extras: Record<string, unknown> = {};
for (const name of names) if (isExtra(name)) extras[name] = await EXTRAS[name]();
console.log(JSON.stringify({ services, environment: serviceEnvironment(services), ...extras }, null, 2));
