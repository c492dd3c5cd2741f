import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { type BuildRequest, ImageSpecError } from "@imagespec/core/builder";
import type { Mutant } from "./mutant.ts";
import { plans, withCommand } from "./mutant-builder.ts";

/** What the first secret of a request says; empty when it has none. */
function secretOf({ secrets }: BuildRequest): string {
  const [file] = Object.values(secrets);
  return file === undefined ? "" : (/password (\S+)/.exec(readFileSync(file, "utf8"))?.[1] ?? "");
}

const labelled = (encode: (secret: string) => string) =>
  plans(({ labels }, request) => {
    const secret = secretOf(request);
    return secret === "" ? {} : { labels: { labels: { ...labels.labels, note: encode(secret) } } };
  });

/** Mutants that let a secret out, or do not let it in. */
export const SECRET_MUTANTS: readonly Mutant[] = [
  {
    breaks: "secret-arrives",
    does: "mounts no secret",
    fails: "E_RESOLVE",
    mutation: {
      asks: (request) => {
        const { packages } = request.plan.steps;
        const steps = { ...request.plan.steps, packages: packages && { ...packages, secrets: [] } };
        return { ...request, secrets: {}, plan: { ...request.plan, steps } };
      },
    },
  },
  { breaks: "secret-image", does: "writes it into a label", mutation: labelled((secret) => secret) },
  {
    breaks: "secret-image",
    does: "writes it into a label as base64",
    mutation: labelled((secret) => Buffer.from(`user:${secret}`).toString("base64")),
  },
  {
    breaks: "secret-image",
    does: "writes it into the environment",
    mutation: plans(({ env }, request) => {
      const secret = secretOf(request);
      return secret === "" ? {} : { env: { lead: {}, ...env, variables: { TOKEN: encodeURIComponent(secret) } } };
    }),
  },
  {
    breaks: "secret-image",
    does: "leaves it in a layer and in the history",
    honest: "docker-buildx",
    mutation: plans((steps, request) => withCommand(steps, `echo ${secretOf(request)} > /tmp/x; rm /tmp/x`)),
  },
  {
    breaks: "secret-events",
    does: "prints it",
    mutation: {
      builds: async (request, honest) => {
        request.emit({ type: "log", stream: "stderr", line: `netrc: ${secretOf(request)}` });
        return honest(request);
      },
    },
  },
  {
    breaks: "secret-arguments",
    does: "hands it to a program as an argument",
    mutation: {
      builds: async (request, honest) => {
        const secret = secretOf(request);
        if (secret !== "") await once(spawn("sh", ["-c", "sleep 3", "sh", `--password=${secret}`]), "exit");
        return honest(request);
      },
    },
  },
  {
    breaks: "secret-errors",
    does: "tells it in its errors",
    mutation: {
      builds: (request, honest) =>
        honest(request).catch((cause: Error) => {
          throw new ImageSpecError("E_RESOLVE", `Installing failed with ${secretOf(request)}: ${cause.message}`, {
            hint: "Check the packages.",
          });
        }),
    },
  },
];
