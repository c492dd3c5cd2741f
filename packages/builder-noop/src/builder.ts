import { type BuildRequest, type BuildResult, ImageSpecBuilder, type Unsupported } from "@imagespec/core/builder";
import { adoptBase } from "./build.ts";
import { supports } from "./supports.ts";

/** Builds nothing: the base image is the image, whoever made it. Has no options, and nothing to probe. */
export class NoopBuilder extends ImageSpecBuilder {
  readonly builderType = "noop";
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
