import type { Case } from "./cases/case.ts";
import { CONFIG_CASES } from "./cases/config.ts";
import { ENVIRONMENT_CASES } from "./cases/environments.ts";
import { FILE_CASES } from "./cases/files.ts";
import { HOSTILE_WHEEL_CASES } from "./cases/hostile-wheels.ts";
import { PACKAGE_CASES } from "./cases/packages.ts";
import { REFUSAL_CASES } from "./cases/refusals.ts";
import { SOURCE_CASES } from "./cases/sources.ts";
import { SUCCESSOR_CASES } from "./cases/successors.ts";

/** One spec for each kind of input, by what it is about. */
export const CASES: readonly (readonly Case[])[] = [
  PACKAGE_CASES,
  HOSTILE_WHEEL_CASES,
  SUCCESSOR_CASES,
  ENVIRONMENT_CASES,
  SOURCE_CASES,
  FILE_CASES,
  CONFIG_CASES,
  REFUSAL_CASES,
];
