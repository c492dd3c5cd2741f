const MACHINES: ReadonlyMap<string, string> = new Map([
  ["amd64", "x86_64"],
  ["arm64", "aarch64"],
  ["386", "i686"],
  ["arm", "armv7l"],
]);

/** A platform's machine as Python and wheel tags name it: `x86_64` for `linux/amd64`. Pure. */
export function machineOf(platform: string): string {
  const architecture = platform.split("/")[1] ?? "";
  return MACHINES.get(architecture) ?? architecture;
}

/** Variables of environment markers that have one value in every image of these platforms. Pure. */
export function linuxVariables(platforms: readonly string[]): ReadonlyMap<string, string> {
  const machines = new Set(platforms.map(machineOf));
  const [machine = ""] = machines;
  return new Map([
    ["os_name", "posix"],
    ["sys_platform", "linux"],
    ["platform_system", "Linux"],
    ["platform_python_implementation", "CPython"],
    ["implementation_name", "cpython"],
    ...(machines.size === 1 ? [["platform_machine", machine] as const] : []),
  ]);
}
