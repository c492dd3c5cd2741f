import { isCancel, outro, text } from "@clack/prompts";
import { ImageSpec, ImageSpecError, type ImageSpecParameters, isImageSpecError } from "@imagespec/core";

/**
 * Asks on the terminal for what a folder does not say: the image's name, and where it is pushed to.
 *
 * @throws ImageSpecError E_ABORTED when the author gives up.
 */
export async function askAboutDraft(draft: ImageSpecParameters, signal: AbortSignal): Promise<ImageSpecParameters> {
  const output = process.stderr;
  const name = await answer(
    text({
      message: "Name of the image",
      initialValue: draft.name ?? "",
      validate: (value) => faultOf({ name: value ?? "" }),
      output,
      signal,
    }),
  );
  const registry = await answer(
    text({
      message: "Registry to push to (empty: keep the image on this machine)",
      placeholder: "ghcr.io/you",
      validate: (value) => faultOf({ registry: value ?? "" }),
      output,
      signal,
    }),
  );
  outro("", { output });
  return { ...draft, name, ...(registry === "" ? {} : { registry }) };
}

async function answer(asked: Promise<string | symbol | undefined>): Promise<string> {
  const said = await asked;
  if (isCancel(said) || typeof said === "symbol")
    throw new ImageSpecError("E_ABORTED", "Nothing was written: the questions were not answered");
  return said ?? "";
}

/** What is wrong with one parameter, as a build would say it. */
function faultOf(parameters: ImageSpecParameters): string | undefined {
  try {
    ImageSpec.parse(parameters);
    return undefined;
  } catch (error) {
    if (!isImageSpecError(error, "E_SPEC")) throw error;
    const [fault] = error.faults ?? [];
    return fault === undefined ? error.message : `${fault.message}. ${fault.hint}`;
  }
}
