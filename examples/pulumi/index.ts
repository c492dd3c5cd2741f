import { ImageSpec } from "@imagespec/core";
import * as k8s from "@pulumi/kubernetes";
import { imageOf } from "./image-of.ts";

const spec = new ImageSpec(
  {
    name: "examples/pulumi",
    registry: "localhost:5000",
    pythonVersion: "3.11",
    sourceRoot: "app",
    entrypoint: ["python", "main.py"],
  },
  { root: import.meta.dirname },
);

/** `localhost:5000/examples/pulumi:TAG@sha256:...`, also an output of the stack. */
export const image = imageOf(spec);

const labels = { app: "hello" };
new k8s.apps.v1.Deployment("hello", {
  spec: {
    selector: { matchLabels: labels },
    template: { metadata: { labels }, spec: { containers: [{ name: "hello", image }] } },
  },
});
