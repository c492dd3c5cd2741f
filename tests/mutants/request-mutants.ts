import { spawn } from "node:child_process";
import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { json, text } from "node:stream/consumers";
import { ContainerEngine } from "@imagespec/container-engine";
import { parseReference, RegistryClient } from "@imagespec/registry";
import type { Mutant } from "./mutant.ts";
import { plans } from "./mutant-builder.ts";

/** What mutants left on purpose and the test has to end. */
export const leftBehind: (() => Promise<unknown> | unknown)[] = [];

/** Mutants that do not listen to their request, or leave something behind. */
export const REQUEST_MUTANTS: readonly Mutant[] = [
  {
    breaks: "outcome",
    does: "returns a wrong digest",
    mutation: {
      builds: async (request, honest) => ({ ...(await honest(request)), digest: `sha256:${"0".repeat(64)}` }),
    },
  },
  { breaks: "reuse", does: "builds what exists", mutation: { shouldBuild: () => true } },
  {
    breaks: "force",
    does: "ignores it",
    honest: "docker-buildx",
    mutation: { asks: (request) => ({ ...request, force: false }) },
  },
  {
    breaks: "output",
    does: "pushes instead",
    mutation: {
      asks: (request) => ({ ...request, target: { ...request.target, output: undefined, push: true } }),
    },
  },
  {
    breaks: "platform",
    does: "builds for the machine it runs on",
    mutation: {
      asks: (request) => {
        const platforms = [process.arch === "arm64" ? "linux/arm64" : "linux/amd64"];
        const { plan, target } = request;
        return { ...request, plan: { ...plan, platforms }, target: { ...target, platforms } };
      },
    },
  },
  {
    breaks: "platform",
    does: "builds for what its base is for",
    mutation: {
      asks: (request) => {
        const { plan, target } = request;
        if (plan.base.kind !== "reference" || !plan.base.reference.endsWith(":foreign")) return request;
        const platforms = [process.arch === "arm64" ? "linux/amd64" : "linux/arm64"];
        return { ...request, plan: { ...plan, platforms }, target: { ...target, platforms } };
      },
    },
  },
  {
    breaks: "credentials",
    does: "asks registries as nobody",
    fails: "E_REGISTRY_AUTH",
    mutation: {
      asks: (request) => ({ ...request, credentials: { configFile: undefined, get: async () => undefined } }),
    },
  },
  {
    breaks: "mirrors",
    does: "ignores them",
    fails: "E_REGISTRY_UNREACHABLE",
    mutation: { asks: (request) => ({ ...request, mirrors: {} }) },
  },
  {
    breaks: "tag-last",
    does: "pushes the tag first",
    mutation: {
      builds: async (request, honest) => {
        const { reference, push } = request.target;
        const { base } = request.plan;
        if (push && base.kind === "reference") {
          const client = new RegistryClient();
          const from = parseReference(base.reference);
          const manifest = await client.repository(from).getManifest(from.tag ?? "latest");
          const { tag = "" } = parseReference(reference);
          await client.repository(reference, { mirror: false }).putManifest(manifest, { tag });
        }
        return honest(request);
      },
    },
  },
  {
    breaks: "signal",
    does: "ignores it",
    mutation: { asks: (request) => ({ ...request, signal: new AbortController().signal }) },
  },
  {
    breaks: "temporary-folders",
    does: "leaves one",
    mutation: {
      builds: async (request, honest) => {
        await mkdtemp(join(tmpdir(), "mutant-"));
        return honest(request);
      },
    },
  },
  {
    breaks: "processes",
    does: "leaves one that has a parent no more",
    mutation: {
      builds: async (request, honest) => {
        const child = spawn("sh", ["-c", "sleep 300 & echo $!"], {
          detached: true,
          stdio: ["ignore", "pipe", "ignore"],
        });
        const pid = Number(await new Promise((resolve) => child.stdout.once("data", resolve)));
        child.stdout.destroy();
        leftBehind.push(() => process.kill(pid));
        return honest(request);
      },
    },
  },
  {
    breaks: "containers",
    does: "leaves one",
    mutation: {
      builds: async (request, honest) => {
        const engine = await ContainerEngine.connect();
        const { spec } = request;
        const result = await honest(request);
        const body = { Image: spec.baseImage, Cmd: ["sleep", "300"], Labels: { "contract-mutant": result.reference } };
        await engine.pullImage(String(spec.baseImage));
        const created = await engine.request({ method: "POST", path: "/containers/create", body }, json);
        const path = `/containers/${(created as { Id: string }).Id}`;
        leftBehind.push(() => engine.request({ method: "DELETE", path: `${path}?force=1` }, text));
        return result;
      },
    },
  },
  {
    breaks: "refusals",
    does: "takes what it cannot do and leaves it out",
    mutation: { ...plans(() => ({ apt: undefined, commands: undefined })), supports: () => [] },
  },
];
