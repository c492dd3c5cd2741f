/** A count of bytes as people read it, in units of 1000: `12.3 MB`. Uses nothing from outside of itself. Pure. */
export function byteCount(count: number): string {
  const units = ["B", "kB", "MB", "GB"];
  let value = count;
  let unit = 0;
  while (value >= 999.95 && unit < units.length - 1) {
    value /= 1000;
    unit++;
  }
  return `${unit === 0 ? value : value.toFixed(1)} ${units[unit]}`;
}
