import {
  type BuildRequest,
  type BuildResult,
  ImageSpecBuilder,
  ImageSpecError,
  type Unsupported,
} from "@imagespec/core";

/** Parameters that say nothing about what is in the image; any other one would change it. */
const HARMLESS: ReadonlySet<string> = new Set([
  "name",
  "builder",
  "registry",
  "baseImage",
  "platform",
  "tagFormat",
  "runtimePackages",
  "pipSecretMounts",
  "registryConfig",
  "sourceCopyMode",
]);

/** Builds nothing: the base image is the image, whoever made it. */
export class NoopBuilder extends ImageSpecBuilder {
  readonly builderType = "noop";
  override readonly asksPresence = false;
  override readonly operatingSystems = undefined;

  /** A spec that would change its base, or has none that is a name, is refused, parameter by parameter. */
  override supports({ spec }: BuildRequest): Unsupported[] {
    const refused = Object.entries(spec)
      .filter(([parameter, value]) => !HARMLESS.has(parameter) && isGiven(parameter, value))
      .map(([parameter]) => ({ parameter, reason: "noop builds nothing, so this would be ignored" }));
    if (typeof spec.baseImage === "string" && !spec.baseImage.startsWith("oci:")) return refused;
    return [{ parameter: "baseImage", reason: "noop returns it, so it must be the name of an image" }, ...refused];
  }

  override async shouldBuild(): Promise<boolean> {
    return true;
  }

  override async buildImage({ spec, target }: BuildRequest): Promise<BuildResult> {
    if (target.output !== undefined || typeof spec.baseImage !== "string") {
      throw new ImageSpecError("E_UNSUPPORTED", 'Builder "noop" writes no image, so there is no output to make.', {
        hint: "Leave output out, or name another builder.",
      });
    }
    return { reference: spec.baseImage, adopted: true };
  }
}

function isGiven(parameter: string, value: unknown): boolean {
  if (value === undefined || value === null || value === false) return false;
  if (parameter === "entrypoint") return true;
  return typeof value !== "object" || Object.keys(value).length > 0;
}
