import { isImageSpecError } from "../errors/image-spec-error.ts";
import { isSuccess } from "./answer.ts";
import type { RegistryCall, RegistryHost } from "./registry-host.ts";

/** Opens an upload at `target` and cancels it; false when the registry refuses it for lack of rights. */
export async function mayPush(
  host: RegistryHost,
  target: string,
  call: Pick<RegistryCall, "subject" | "scopes" | "signal">,
): Promise<boolean> {
  const headers = { "content-length": "0" };
  let location: URL | undefined;
  try {
    const response = await host.send({ ...call, method: "POST", target, headers, accept: isSuccess });
    await response.body.dump();
    const given = response.header("location");
    location = given === undefined ? undefined : host.checkedTarget(given, response.url, call.subject);
  } catch (error) {
    if (isImageSpecError(error, "E_REGISTRY_AUTH")) return false;
    throw error;
  }
  if (location === undefined) return true;
  try {
    const response = await host.send({ ...call, method: "DELETE", target: location, accept: () => true, once: true });
    await response.body.dump();
  } catch (error) {
    // A registry forgets unused uploads by itself.
    if (isImageSpecError(error, "E_ABORTED")) throw error;
  }
  return true;
}
