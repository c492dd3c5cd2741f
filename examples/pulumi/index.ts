import { resolveImage } from "@imagespec/resolve";
import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";

// Built and pushed unless it exists, in a preview as well: only then is its digest known.
const image = pulumi.output(resolveImage("imagespec://imagespec.yaml", { root: import.meta.dirname }));

const labels = { app: "hello" };
const deployment = new k8s.apps.v1.Deployment("hello", {
  spec: {
    selector: { matchLabels: labels },
    template: {
      metadata: { labels },
      spec: { containers: [{ name: "hello", image: image.reference }] },
    },
  },
});

export const reference = image.reference;
export const name = deployment.metadata.name;
