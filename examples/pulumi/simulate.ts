// What a preview, or with --up an update, gives Pulumi's engine, without an engine or a cluster.
import { argv } from "node:process";
import * as pulumi from "@pulumi/pulumi";

await pulumi.runtime.setMocks(
  {
    newResource({ type, name, inputs }) {
      console.log(JSON.stringify({ type, name, inputs }));
      return { id: name, state: inputs };
    },
    call: ({ inputs }) => inputs,
  },
  "hello",
  "test",
  !argv.includes("--up"),
);
await import("./index.ts");
