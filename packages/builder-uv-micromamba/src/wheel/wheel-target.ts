/** The environment in the image that a wheel is installed into. */
export interface WheelTarget {
  /** `opt/venv`, without a leading slash. */
  prefix: string;
  /** `3.11` */
  pythonMinor: string;
  /** Absolute path of the environment's interpreter in the image, the first line of scripts. */
  python: string;
  /** Whether its modules are compiled: bytecode that a wheel brings for them is then replaced. */
  compiled: boolean;
  /** Whether `lib64` is a link to `lib`, as in a virtual environment. */
  linksLib64: boolean;
}

export function sitePackages(target: WheelTarget): string {
  return `${target.prefix}/lib/python${target.pythonMinor}/site-packages`;
}
