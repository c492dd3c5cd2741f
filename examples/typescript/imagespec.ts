import { ImageSpec } from "@imagespec/core";

const app = new ImageSpec({
  name: "example-typescript",
  registry: "localhost:5000",
  pythonVersion: "3.11",
  packages: ["rich==13.9.4"],
  sourceRoot: "src",
  entrypoint: ["python", "main.py"],
});

export default {
  images: {
    app,
    debug: app.withPackages("iniconfig==2.0.0").withCopy("notes.txt"),
  },
};
