import { readFileSync } from "node:fs";
import type { BuildRequest, PackagesStep } from "@imagespec/core/builder";
import { lays } from "./append-layer.ts";
import type { Mutant } from "./mutant.ts";
import { plans, withCommand } from "./mutant-builder.ts";

const variables = (change: (variables: Record<string, string>) => Record<string, string>) =>
  plans(({ env }) => ({ env: env && { ...env, variables: change({ ...env.variables }) } }));

const packages = (change: (packages: PackagesStep) => Partial<PackagesStep>) =>
  plans(({ packages }) => ({ packages: packages && { ...packages, ...change(packages) } }));

/** Mutants that make another image than the plan says. */
export const IMAGE_MUTANTS: readonly Mutant[] = [
  { breaks: "type", does: "has a type that nobody can write", mutation: { builderType: "Mutant Builder" } },
  {
    breaks: "time",
    does: "writes the time into a label",
    mutation: plans(({ labels }) => ({ labels: { labels: { ...labels.labels, "built-at": String(Date.now()) } } })),
  },
  {
    breaks: "time",
    does: "writes the time into a file",
    honest: "docker-buildx",
    mutation: plans((steps) => withCommand(steps, "/bin/date +%s%N > /etc/built-at")),
  },
  {
    breaks: "user",
    does: "runs as another user",
    mutation: plans(({ user }) => ({ user: { ...user, name: "worker" as "flytekit" } })),
  },
  {
    breaks: "bases",
    does: "keeps the WORKDIR of a base that has one",
    mutation: plans(({ user }, { plan }) =>
      baseOf(plan).includes("own-config") ? { user: { ...user, workdir: "/srv" as "/root" } } : {},
    ),
  },
  {
    breaks: "gpu",
    does: "looks for libraries in places of its own",
    mutation: variables((given) => ({ ...given, LD_LIBRARY_PATH: "/opt/venv/lib" })),
  },
  {
    breaks: "trust",
    does: "leaves the host's certificates in the image",
    mutation: lays("/etc/ssl/certs/host.pem", "-----BEGIN CERTIFICATE-----\n"),
  },
  {
    breaks: "files",
    does: "loses the execute bit",
    mutation: {
      asks: (request) => ({
        ...request,
        files: request.files.map((file) => (file.type === "file" ? { ...file, mode: 0o644 } : file)),
      }),
    },
  },
  {
    breaks: "files",
    does: "leaves links out",
    mutation: {
      asks: (request) => ({ ...request, files: request.files.filter(({ type }) => type !== "symlink") }),
    },
  },
  {
    breaks: "env",
    does: "drops a byte",
    mutation: variables(({ CRLF, ...rest }) => (CRLF ? { ...rest, CRLF: CRLF.replace("\r", "") } : rest)),
  },
  {
    breaks: "path",
    does: "ignores the spec's PATH",
    mutation: variables(({ PATH: _, ...rest }) => rest),
  },
  {
    breaks: "self-reference",
    does: "drops the base's value",
    mutation: variables(({ LD_LIBRARY_PATH: value, ...rest }) =>
      value ? { ...rest, LD_LIBRARY_PATH: value.replace("$" + "{LD_LIBRARY_PATH}", "") } : rest,
    ),
  },
  { breaks: "owners", does: "leaves a file of root's in /root", mutation: lays("/root/made", "by root\n") },
  {
    breaks: "login-shells",
    does: "leaves PATH to /etc/profile",
    mutation: lays("/etc/profile", "PATH=/usr/local/bin:/usr/bin:/bin\nexport PATH\n"),
  },
  {
    breaks: "bytecode",
    does: "leaves it out",
    mutation: plans(({ environment }) => ({ environment: environment && { ...environment, bytecode: false } })),
  },
  {
    breaks: "packages",
    does: "installs the newest version",
    mutation: packages(({ source }) =>
      source.from === "requirements"
        ? { source: { ...source, packages: source.packages.map((one) => one.replace(/==.*/, "")) } }
        : {},
    ),
  },
  {
    breaks: "locks",
    does: "takes names from a lock and versions from the index",
    mutation: plans(({ packages }, { files }) => {
      const lock = files.find(({ path }) => path.endsWith("/uv.lock"));
      if (packages === undefined || lock?.type !== "file") return {};
      const index = /registry = "([^"]+)"/.exec(readFileSync(lock.source, "utf8"))?.[1];
      return { packages: { ...packages, index, source: { from: "requirements", packages: ["contract-one"] } } };
    }),
  },
  { breaks: "aptPackages", does: "ignores them", honest: "docker-buildx", mutation: plans(() => ({ apt: undefined })) },
  {
    breaks: "commands",
    does: "runs but the first",
    honest: "docker-buildx",
    mutation: plans(({ commands }) => ({
      commands: commands && { ...commands, commands: commands.commands.slice(0, 1) },
    })),
  },
  {
    breaks: "one-shell",
    does: "runs each in a shell of its own",
    fails: "E_BUILD",
    honest: "docker-buildx",
    mutation: plans(({ commands }) => ({
      commands: commands && { ...commands, commands: commands.commands.map((line) => `(${line}\n)`) },
    })),
  },
  {
    breaks: "failures",
    does: "swallows a command that fails",
    honest: "docker-buildx",
    mutation: plans(({ commands }) => ({
      commands: commands && { ...commands, commands: commands.commands.map((line) => `(${line}) || true`) },
    })),
  },
  {
    breaks: "entrypoint",
    does: "drops the base's",
    mutation: plans(({ entrypoint }) => ({ entrypoint: entrypoint ?? { entrypoint: [] } })),
  },
  {
    breaks: "entrypoint",
    does: "keeps the base's",
    mutation: plans(() => ({ entrypoint: undefined })),
  },
  {
    breaks: "labels",
    does: "leaves the id out",
    mutation: plans(({ labels }) => {
      const { "dev.imagespec.id": _, ...rest } = labels.labels;
      return { labels: { labels: rest } };
    }),
  },
  {
    breaks: "children",
    does: "builds a child on the base of its base",
    mutation: {
      asks: (request) => {
        const { baseImage } = request.spec;
        if (typeof baseImage !== "object" || typeof baseImage.baseImage !== "string") return request;
        const base = { kind: "reference", reference: baseImage.baseImage, given: true } as const;
        return { ...request, plan: { ...request.plan, base } };
      },
    },
  },
];

function baseOf({ base }: BuildRequest["plan"]): string {
  return base.kind === "reference" ? base.reference : "";
}
