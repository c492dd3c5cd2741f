import type { ImageSpecParameters } from "@imagespec/core";
import type { DescribedSpec, Made } from "./build-everywhere.ts";
import { compareImages, type Difference, differenceText, isByOnePython } from "./compare-images.ts";
import { type AllowedDifference, allowedBy } from "./differences.ts";

/** What every spec of the suite says, see `placed`. */
const GIVEN_TO_ALL: ImageSpecParameters = { name: "", registry: "", platform: "", baseImage: "", builder: "" };

/** What a suite compared, for its last line and for what it demands of itself. */
export class Tally {
  specs = 0;
  images = 0;
  files = 0;
  /** Specs whose images' bytecode was compared whole. */
  bytecode = 0;
  refusals = 0;
  readonly parameters = new Set<string>();
  /** Lines of the table of differences that were needed. */
  readonly needed = new Set<AllowedDifference>();

  /** Counts the parameters that a spec gives, those of its base included. */
  note({ parameters }: DescribedSpec): void {
    for (const [name, value] of Object.entries({ ...GIVEN_TO_ALL, ...parameters })) {
      if (value !== undefined) this.parameters.add(name);
    }
  }

  toString(): string {
    const { specs, images, files, bytecode, refusals } = this;
    return `${specs} specs, ${images} images, ${files} files compared, ${bytecode} specs with all bytecode, ${refusals} refusals`;
  }
}

/**
 * Why what the builders made of one spec is not the same, a line each; none when they agree. A builder that says it
 * does not support the spec (E_UNSUPPORTED) is left out, and at least two must remain, or all of them say so.
 */
export function disagreements(made: readonly Made[], tally: Tally): string[] {
  tally.specs++;
  const taking = made.filter((one) => one.kind === "image" || one.code !== "E_UNSUPPORTED");
  const judged = taking.length === 0 ? made : taking;
  const told = judged.map((one) =>
    one.kind === "image" ? `${one.builder}: built` : `${one.builder}: ${one.code} ${one.message}`,
  );
  if (judged.length < 2)
    return [`only one builder takes this spec: ${made.map(({ builder }) => builder).join(", ")}`, ...told];
  const outcomes = new Set(judged.map((one) => (one.kind === "image" ? "built" : one.code)));
  if (outcomes.size > 1) {
    const allowed = outcomes.has("built") ? undefined : allowedBy(errorDifference(outcomes));
    if (allowed === undefined) return ["the builders come to different ends", ...told];
    tally.needed.add(allowed);
  }
  const images = judged.flatMap((one) => (one.kind === "image" ? [one] : []));
  if (images.length === 0) {
    tally.refusals++;
    return [];
  }
  const tags = new Set(images.map(({ tag }) => tag));
  if (tags.size > 1) return [`the tags differ: ${[...tags].join(", ")}`];
  tally.images += images.length;
  for (const { image } of images) tally.files += image.inventory.size;
  if (isByOnePython(images.map(({ image }) => image))) tally.bytecode++;
  const faults: string[] = [];
  for (const difference of compareImages(new Map(images.map(({ builder, image }) => [builder, image])))) {
    const allowed = allowedBy(difference);
    if (allowed) tally.needed.add(allowed);
    else faults.push(differenceText(difference));
  }
  return faults;
}

function errorDifference(codes: ReadonlySet<string>): Difference {
  return { of: "error", name: [...codes].sort().join(" or "), aspect: "content", values: {}, texts: [] };
}
