import type { StepTools } from "./step-tools.ts";

const VARIABLES = ["SSL_CERT_FILE", "PIP_CERT", "CURL_CA_BUNDLE", "REQUESTS_CA_BUNDLE"];

/** Makes the rest of this step, and nothing after it, trust what the host trusts, when the host's file is mounted. */
export function trustLines(tools: StepTools): string[] {
  const exports = (file: string) => `export ${VARIABLES.map((name) => `${name}=${file}`).join(" ")};`;
  if (tools.fallbackCa === undefined) return [`if [ -s ${tools.ca} ]; then ${exports(tools.ca)} fi;`];
  return [
    `if [ -s ${tools.ca} ]; then ${exports(tools.ca)}`,
    `elif [ ! -e /etc/ssl/certs/ca-certificates.crt ] && [ -s ${tools.fallbackCa} ]; then ${exports(tools.fallbackCa)} fi;`,
  ];
}
