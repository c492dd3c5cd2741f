/** Something that is wrong, and what to do about it. */
export interface Problem {
  /** Which rule it breaks, for machines: `too_small`, `userinfo`, ... */
  code: string;
  message: string;
  /** What to write instead: one imperative sentence. */
  hint: string;
}

/** Something that is wrong with a spec. */
export interface SpecFault extends Problem {
  /** Where, as keys and indexes from the top of the spec: `["packages", 0]`. */
  path: (string | number)[];
}

/** Something a request asks for and a builder cannot do. */
export interface Unsupported {
  /** The spec's parameter, in camelCase. */
  parameter: string;
  reason: string;
}
