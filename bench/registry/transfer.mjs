import { copyImage, OciLayout, RegistryClient } from "@imagespec/registry";

// push FOLDER NAME: layout to registry. pull NAME FOLDER: registry to layout.
// Plain JavaScript: types that are stripped at the start would count as time.
const [direction, from = "", to = ""] = process.argv.slice(2);
const client = new RegistryClient();
if (direction === "push") await copyImage(new OciLayout(from), "bench", client.repository(to), { tag: "bench" });
else await copyImage(client.repository(from), "bench", new OciLayout(to), { tag: "bench" });
