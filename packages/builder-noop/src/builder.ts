import {
  type BuildRequest,
  type BuildResult,
  ImageSpecBuilder,
  type StandardSchemaV1,
  type Unsupported,
} from "@imagespec/core/builder";
import { adoptBase } from "./build.ts";
import { supports } from "./supports.ts";

/** Takes no option: one that was meant for another builder would be adopted over without a word. */
const NO_OPTIONS: StandardSchemaV1<unknown> = {
  "~standard": {
    version: 1,
    vendor: "imagespec",
    validate: (options) => {
      const issues = Object.keys(options ?? {}).map((name) => ({
        message: `noop has no option "${name}"`,
        path: [name],
      }));
      return issues.length > 0 ? { issues } : { value: options };
    },
  },
};

/** Builds nothing: the base image is the image, whoever made it. Has no options, and nothing to probe. */
export class NoopBuilder extends ImageSpecBuilder {
  readonly builderType = "noop";
  override readonly optionsSchema = NO_OPTIONS;
  override readonly asksPresence = false;
  override readonly operatingSystems = undefined;

  override supports(request: BuildRequest): Unsupported[] {
    return supports(request);
  }

  override async shouldBuild(): Promise<boolean> {
    return true;
  }

  override async buildImage(request: BuildRequest): Promise<BuildResult> {
    return adoptBase(request);
  }
}

/** Makes the builder; what imagespec imports once it has found this package. */
export default (): NoopBuilder => new NoopBuilder();
