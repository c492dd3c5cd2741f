/**
 * Whether a variable is set to anything but `false`, `0`, `off` and `no`, in any case; an empty one counts as unset.
 */
export function isSwitchedOn(value: string | undefined): boolean {
  return !/^(?:|false|0|off|no)$/i.test((value ?? "").trim());
}
