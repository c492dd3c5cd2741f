import {
  ImageSpec,
  ImageSpecError,
  type ImageSpecOptions,
  isImageSpec,
  isImageSpecError,
  type SpecFault,
} from "@imagespec/core";
import { specError } from "@imagespec/core/internal";
import { checkNesting, MOST_LEVELS, tooDeep } from "./nesting.ts";

/** One image of a spec file. */
export interface Target {
  /** Its key under `images`; undefined when the file is one spec. */
  name: string | undefined;
  spec: ImageSpec;
}

type Data = Record<string, unknown>;

/** Where relative paths start, and the files that are not content of the images. */
type SourceOptions = Pick<ImageSpecOptions, "root" | "specFiles">;

/**
 * The images of a spec file's content.
 *
 * @throws ImageSpecError E_SPEC with the faults of all images, E_CYCLE when images are each other's base.
 */
export function parseTargets(content: unknown, source: SourceOptions): Target[] {
  checkNesting(content);
  if (!isData(content)) return [{ name: undefined, spec: ImageSpec.parse(content, source) }];
  const data = Object.fromEntries(
    Object.entries(content).filter(([key]) => key !== "$schema" && !key.startsWith("x-")),
  );
  if (!Object.hasOwn(data, "images"))
    return [{ name: undefined, spec: ImageSpec.parse(withoutReference(data), source) }];
  const faults = Object.keys(data)
    .filter((key) => key !== "images")
    .map((key) => fault([key], `"${key}" has no meaning beside "images"`, "Move it into one of the images."));
  if (!isData(data.images) || Object.keys(data.images).length === 0) {
    const message = "must be an object with at least one image";
    throw specError([fault(["images"], message, "Write images: { NAME: { ... } }.")]);
  }
  const unprintable = Object.keys(data.images).filter((name) => name === "" || /[\p{Cc}\u2028\u2029]/u.test(name));
  for (const name of unprintable) {
    const message = "the name of an image is one line of text";
    faults.push(fault(["images", name], message, "Write a name without tabs and line breaks."));
  }
  return orderedTargets(new Map(Object.entries(data.images)), source, faults);
}

function orderedTargets(images: ReadonlyMap<string, unknown>, source: SourceOptions, faults: SpecFault[]): Target[] {
  const done = new Map<string, ImageSpec | undefined>();
  const make = (name: string, above: readonly string[]): ImageSpec | undefined => {
    if (above.includes(name)) {
      const circle = [...above.slice(above.indexOf(name)), name].join(" -> ");
      throw new ImageSpecError("E_CYCLE", `Images are each other's base: ${circle}`, {
        hint: "Give one of them its own base image.",
      });
    }
    if (above.length > MOST_LEVELS) throw tooDeep(["images", name]);
    if (done.has(name)) return done.get(name);
    const spec = parseImage(name, [...above, name]);
    done.set(name, spec);
    return spec;
  };
  const parseImage = (name: string, above: readonly string[]): ImageSpec | undefined => {
    let input = images.get(name);
    const reference = baseReference(input);
    if (reference !== undefined) {
      if (typeof reference.image !== "string" || !images.has(reference.image)) {
        const message = `the file has no image ${JSON.stringify(reference.image)}`;
        const hint = `Name one of the images ${[...images.keys()].join(", ")}.`;
        faults.push(fault(["images", name, reference.key], message, hint));
        return undefined;
      }
      const base = make(reference.image, above);
      // The base's own faults are reported already.
      if (base === undefined) return undefined;
      input = { ...(input as Data), [reference.key]: base };
    }
    try {
      return ImageSpec.parse(input, source);
    } catch (error) {
      if (!isImageSpecError(error, "E_SPEC")) throw error;
      const own = error.faults ?? [fault([], error.message, error.hint ?? "")];
      faults.push(...own.map((one) => ({ ...one, path: ["images", name, ...one.path] })));
      return undefined;
    }
  };
  for (const name of images.keys()) make(name, []);
  if (faults.length > 0) throw specError(faults);
  return [...done].flatMap(([name, spec]) => (spec === undefined ? [] : [{ name, spec }]));
}

function baseReference(input: unknown): { key: string; image: unknown } | undefined {
  if (!isData(input)) return undefined;
  for (const key of ["base_image", "baseImage"]) {
    const base = input[key];
    if (isData(base) && Object.keys(base).join() === "image") return { key, image: base.image };
  }
  return undefined;
}

function withoutReference(data: Data): Data {
  const reference = baseReference(data);
  if (reference === undefined) return data;
  const message = "names an image of this file, which has no `images`";
  throw specError([fault([reference.key], message, "Write images: { NAME: spec }.")]);
}

function isData(value: unknown): value is Data {
  return typeof value === "object" && value !== null && !Array.isArray(value) && !isImageSpec(value);
}

function fault(path: (string | number)[], message: string, hint: string): SpecFault {
  return { path, code: "images", message, hint };
}
