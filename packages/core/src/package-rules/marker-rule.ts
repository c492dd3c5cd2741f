import { isImageSpecError, type Problem } from "@imagespec/registry/terms";
import { linuxVariables } from "../uv-project/linux-variables.ts";
import { reduceMarker } from "../uv-project/marker.ts";

/** What the machine that builds says of itself: its kernel is not part of the image. */
const OF_THE_MACHINE: ReadonlySet<string> = new Set(["platform_release", "platform_version"]);
/** Variables that a requirement's marker can ask for, `extra` aside. */
const VARIABLES: ReadonlySet<string> = new Set([
  "os_name",
  "sys_platform",
  "platform_machine",
  "platform_python_implementation",
  "platform_system",
  "python_version",
  "python_full_version",
  "implementation_name",
  "implementation_version",
  ...OF_THE_MACHINE,
]);

/** The rule for the marker of a requirement: one that can be read, and that holds or not by what the image is. Pure. */
export function markerBreach(marker: string): Problem | undefined {
  const breach = machineBreach(marker, VARIABLES);
  if (breach === undefined || breach.code !== "marker") return breach;
  return { ...breach, hint: "Write it like 'python_version < \"3.12\"', with the values in quotes." };
}

/**
 * Why a marker that is decided for Linux as far as it can be still asks what machine builds the image. A name that is
 * not among the `variables` is a breach; without them any name is taken, as in locks. Pure.
 */
export function machineBreach(marker: string, variables?: ReadonlySet<string>): Problem | undefined {
  const linux = linuxVariables([]);
  const unknown: string[] = [];
  try {
    const left = reduceMarker(marker, (name) => {
      if (variables?.has(name) === false) unknown.push(name);
      return linux.get(name);
    });
    const [stranger] = unknown;
    if (stranger !== undefined)
      return {
        code: "marker",
        message: `the marker names '${stranger}', which is not a variable`,
        hint: "Correct it.",
      };
    if (typeof left !== "string") return undefined;
    const found = [...OF_THE_MACHINE].find((name) => wordsOf(left).includes(name));
    if (found === undefined) return undefined;
    const message = `the marker tests ${found}, the kernel of the building machine, which differs between machines`;
    const hint = "Use what the image has, such as python_version or platform_machine.";
    return { code: "machine_marker", message, hint };
  } catch (error) {
    if (!isImageSpecError(error, "E_RESOLVE")) throw error;
    return { code: "marker", message: "the marker after ';' cannot be read", hint: "Correct it." };
  }
}

/**
 * Whether a marker holds on no Linux, whatever its Python and machine are; not so for one that cannot be read. Pure.
 */
export function neverOnLinux(marker: string): boolean {
  const linux = linuxVariables([]);
  try {
    return reduceMarker(marker, (name) => linux.get(name)) === false;
  } catch (error) {
    if (!isImageSpecError(error, "E_RESOLVE")) throw error;
    return false;
  }
}

/** The words of a marker that stand in no quotes. */
function wordsOf(marker: string): string[] {
  return marker.replaceAll(/"[^"]*"|'[^']*'/g, " ").split(/[^\w.]+/);
}
