import type { BuildEvent, BuildRequest, ImageSpecBuilder } from "@imagespec/core/builder";

/** The same builder, whose events are told to `tell` as well. */
export function observeBuilder(builder: ImageSpecBuilder, tell: (event: BuildEvent) => void): ImageSpecBuilder {
  const buildImage = (request: BuildRequest) => {
    const emit = (event: BuildEvent) => {
      tell(event);
      request.emit(event);
    };
    return builder.buildImage({ ...request, emit });
  };
  return new Proxy(builder, {
    get: (target, key) => {
      if (key === "buildImage") return buildImage;
      const value: unknown = Reflect.get(target, key, target);
      // Bound: a method may use private fields, which a proxy does not have.
      return typeof value === "function" ? value.bind(target) : value;
    },
  });
}
