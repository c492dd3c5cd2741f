import { createInterface } from "node:readline";
import { Readable } from "node:stream";
import { ImageSpecBuilder, ImageSpecError, openShippedFile } from "@imagespec/core/builder";
import { z } from "zod";

/** Sends the plan, which is data, and the files that a service lacks, by their digest; then follows what it says. */
class RemoteBuilder extends ImageSpecBuilder {
  builderType = "remote";

  optionsSchema = z.strictObject({ url: z.url({ protocol: /^https?$/ }) });

  supports({ target, plan }) {
    const refusals = [];
    if (target.output) refusals.push({ parameter: "output", reason: "the service pushes to a registry alone" });
    if (!target.push) refusals.push({ parameter: "push", reason: "the service pushes to a registry alone" });
    if (plan.base.kind === "layout")
      refusals.push({ parameter: "baseImage", reason: "a layout stays on this machine" });
    if (plan.steps.packages?.secrets.length > 0)
      refusals.push({ parameter: "pipSecretMounts", reason: "secrets stay on this machine" });
    return refusals;
  }

  async probe({ options, signal }) {
    const answer = await fetch(options.url, { method: "HEAD", signal }).catch((error) => ({ failure: error }));
    if (answer.ok) return { usable: true, detail: options.url };
    const reason = `the service at ${options.url} does not answer`;
    return { usable: false, reason, hint: "Start the service, or correct builderOptions.url." };
  }

  async buildImage({ plan, target, files, options, force, signal, emit }) {
    const at = (path) => new URL(path, options.url);
    for (const file of files.filter(({ type }) => type === "file")) {
      const blob = at(`blobs/${file.sha256}`);
      if ((await fetch(blob, { method: "HEAD", signal })).ok) continue;
      const body = Readable.from(openShippedFile(file));
      await mustBeGood(await fetch(blob, { method: "PUT", body, duplex: "half", signal }));
    }
    // The service must not learn where a file lies on this machine.
    const sent = { plan, target, force, files: files.map(({ source: _, ...file }) => file) };
    const said = await fetch(at("builds"), { method: "POST", body: JSON.stringify(sent), signal });
    await mustBeGood(said);
    for await (const line of createInterface({ input: Readable.fromWeb(said.body) })) {
      const { event, result, error } = JSON.parse(line);
      if (event) emit(event);
      if (error) throw new ImageSpecError(error.code, error.message, { hint: error.hint });
      if (result) return result;
    }
    throw new ImageSpecError("E_BUILD", `The service at ${options.url} broke off`, { hint: "Look at its log." });
  }
}

async function mustBeGood(answer) {
  if (answer.ok) return;
  const message = `The service answered ${answer.status} to ${new URL(answer.url).pathname}`;
  throw new ImageSpecError("E_BUILD", message, { hint: "Look at its log." });
}

export default new RemoteBuilder();
