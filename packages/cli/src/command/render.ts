import { ImageSpecError } from "@imagespec/core";
import type { ShippedFile } from "@imagespec/core/builder";
import { renderDockerfile } from "@imagespec/dockerfile";
import type { Command } from "../context/command-context.ts";
import { projectEngine } from "../context/project-engine.ts";
import { EXIT } from "../exit-codes.ts";
import { onlyTarget } from "../target/chosen-targets.ts";
import { resolveTarget } from "../target/resolve-target.ts";

/** `render`: the Dockerfile docker-buildx builds, or kaniko's where it is named; `--files`: what is in its context. */
export const render: Command = async (context) => {
  const { target } = await onlyTarget(context);
  const { request, mirrors } = await resolveTarget(target, context);
  if (context.line.files) {
    for (const file of request.files) {
      context.print([file.type, file.mode.toString(8).padStart(4, "0"), file.path, ...details(file)].join("\t"));
    }
    return EXIT.done;
  }
  const kaniko = (context.line.builder ?? target.spec.builder ?? context.settings.config.builder) === "kaniko";
  const type = kaniko ? "kaniko" : "docker-buildx";
  // The image's label names the builder's version, which is unknown where the builder is not installed.
  const { candidates } = await projectEngine(context).findBuilders();
  checkNamed(
    context.line.builder,
    candidates.map((candidate) => candidate.type),
  );
  const version = candidates.find((candidate) => candidate.type === type)?.version;
  const { text } = renderDockerfile(request.plan, {
    dialect: kaniko ? "kaniko" : "buildkit",
    builder: version === undefined ? type : `${type}@${version}`,
    files: request.files,
    mirrors,
  });
  context.print(text.replace(/\n$/, ""));
  return EXIT.done;
};

/** A misspelt name would give the other dialect without a word. */
function checkNamed(builder: string | undefined, installed: readonly string[]): void {
  const known = [...new Set(["docker-buildx", "kaniko", ...installed])].sort();
  if (builder === undefined || known.includes(builder)) return;
  throw new ImageSpecError("E_BUILDER_UNKNOWN", `Builder "${builder}" is not installed`, {
    hint: `Use one of ${known.join(", ")}.`,
  });
}

function details(file: ShippedFile): string[] {
  if (file.type === "file") return [String(file.size), file.sha256];
  return file.type === "symlink" ? [`-> ${file.link}`] : [];
}
