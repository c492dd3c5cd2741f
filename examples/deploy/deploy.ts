// node deploy.ts: builds what is missing and prints the manifest of a Job that runs it.
import { ImageBuildEngine, ImageSpec } from "@imagespec/core";

const root = import.meta.dirname;
const base = new ImageSpec(
  {
    name: "example-deploy",
    registry: "localhost:5000",
    pythonVersion: "3.11",
    sourceRoot: "src",
    entrypoint: ["python"],
  },
  { root },
);
/** One image a task: what they have in common is shared as layers. */
const tasks = {
  report: base.withPackages("humanize==4.11.0"),
  check: base.withPackages("iniconfig==2.0.0"),
};

const jobs = await Promise.all(
  Object.entries(tasks).map(async ([name, spec]) => {
    const { status, reference, digest } = await ImageBuildEngine.build(spec);
    console.error(`${name}: ${status}`);
    const image = `${reference}@${digest}`;
    return {
      apiVersion: "batch/v1",
      kind: "Job",
      metadata: { name },
      spec: { template: { spec: { restartPolicy: "Never", containers: [{ name, image, args: [`${name}.py`] }] } } },
    };
  }),
);
console.log(JSON.stringify({ apiVersion: "v1", kind: "List", items: jobs }, undefined, 2));
