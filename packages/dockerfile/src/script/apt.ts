import { APT_CHOICES, type AptStep } from "@imagespec/core/builder";
import { FAIL_FUNCTION } from "../step-fault.ts";
import { quoteShell } from "./quote.ts";
import type { StepTools } from "./step-tools.ts";
import { trustLines } from "./trust.ts";

const CHOICES = Object.entries(APT_CHOICES)
  .map(([name, value]) => `-o ${name}=${value}`)
  .join(" ");

/** Installs Debian packages without recommended ones and without questions. */
export function aptScript(step: AptStep, tools: StepTools): string[] {
  return [
    "set -e;",
    FAIL_FUNCTION,
    ...trustLines(tools),
    "command -v apt-get >/dev/null || fail E_UNSUPPORTED 'aptPackages need apt-get, which the base image lacks';",
    "export DEBIAN_FRONTEND=noninteractive;",
    `apt_get() { apt-get -q ${CHOICES} \${SSL_CERT_FILE:+-o "Acquire::https::CAInfo=$SSL_CERT_FILE"} "$@"; };`,
    "apt_get update;",
    "apt_get install -y --no-install-recommends",
    ...step.packages.map(quoteShell),
    // apt's own caches are large and quickly made again.
    `&& rm -rf /var/cache/apt/*.bin${tools.cache === undefined ? " /var/lib/apt/lists/*" : ""}`,
  ];
}
