import { expect, it } from "vitest";
import { digestOf } from "../digest/digest.ts";
import { readConfig } from "./image-config.ts";

const DIFF_ID = digestOf(Buffer.from("a layer"));

/** Reads a config of one layer from a store that has nothing else. */
function read(json: unknown) {
  const bytes = Buffer.from(JSON.stringify(json));
  const descriptor = { mediaType: "", digest: digestOf(bytes), size: bytes.length };
  const source = {
    name: "base:1",
    getManifest: () => Promise.reject(new Error("not asked")),
    async *getBlob() {
      yield bytes;
    },
  };
  return readConfig(source, { config: descriptor, layers: [descriptor] } as never);
}
const image = (config: unknown, diff_ids: unknown[] = [DIFF_ID]) => ({
  os: "linux",
  architecture: "amd64",
  config,
  rootfs: { type: "layers", diff_ids },
});

it.each([
  undefined,
  null,
  {},
  { Env: null, Entrypoint: null, Cmd: null, Labels: null, OnBuild: null, User: "", WorkingDir: "" },
  { Env: ["A=1"], Entrypoint: ["x"], Cmd: [], Labels: { a: "b" }, User: "1:2", ExposedPorts: { "80/tcp": {} } },
  {
    Volumes: { "/data": {}, "/more": null },
    Healthcheck: { Test: ["CMD", "x"], Interval: 5e9, Retries: 3 },
    StopSignal: "SIGINT",
  },
  { Volumes: null, ExposedPorts: null, Healthcheck: { Test: null }, Shell: ["sh"], ArgsEscaped: true },
  { StopTimeout: 5, Hostname: "x", Tty: false, Healthcheck: { StartInterval: 5e9 }, NewInSomeVersion: 5 },
])("a config may say %j", async (config) => {
  expect((await read(image(config))).architecture).toBe("amd64");
});

it.each(["0001-01-01T00:00:00Z", "2024-02-29T23:59:59.123456789+05:30", null])(
  "a config may be of %s",
  async (created) => {
    expect((await read({ ...image({}), created, history: [{ created }] })).architecture).toBe("amd64");
  },
);

it.each([
  [image({ Env: "PATH=/bin" })],
  [image({ Env: [1] })],
  [image({ Env: [null] })],
  [image({ Entrypoint: "sh" })],
  [image({ Cmd: { 0: "sh" } })],
  [image({ Labels: { a: 1 } })],
  [image({ Labels: "a=b" })],
  [image({ User: 1000 })],
  [image("sh")],
  [{ ...image({}), history: {} }],
  [{ ...image({}), history: "x" }],
  [image({}, ["sha256:../../x"])],
  [image({}, [null])],
  [image({}, [])],
  [null],
  [[]],
])("%j is not an image config", async (json) => {
  await expect(read(json)).rejects.toMatchObject({ code: "E_REGISTRY", message: expect.stringContaining("base:1") });
});

it.each<[field: string, json: object]>([
  ["config.Volumes", image({ Volumes: ["/data"] })],
  ["config.Volumes", image({ Volumes: { "/data": 1 } })],
  ["config.ExposedPorts", image({ ExposedPorts: "80" })],
  ["config.Healthcheck", image({ Healthcheck: "curl" })],
  ["config.Healthcheck.Test", image({ Healthcheck: { Test: "curl" } })],
  ["config.Healthcheck.Interval", image({ Healthcheck: { Interval: "5s" } })],
  ["config.StopSignal", image({ StopSignal: 9 })],
  ["config.ArgsEscaped", image({ ArgsEscaped: "yes" })],
  ["config.Shell", image({ Shell: "sh" })],
  ["config.Shell", image({ Shell: [1] })],
  ["config.StopTimeout", image({ StopTimeout: 1.5 })],
  ["config.Hostname", image({ Hostname: 5 })],
  ["config.Tty", image({ Tty: "yes" })],
  ["config.Healthcheck.StartInterval", image({ Healthcheck: { StartInterval: "5s" } })],
  ["container_config", { ...image({}), container_config: "x" }],
  ["created", { ...image({}), created: "yesterday" }],
  ["created", { ...image({}), created: "2024-13-01T00:00:00Z" }],
  ["history.created", { ...image({}), history: [{ created: "" }] }],
  ["history", { ...image({}), history: [1] }],
  ["history.created_by", { ...image({}), history: [{ created_by: 1 }] }],
  ["created", { ...image({}), created: 5 }],
  ["variant", { ...image({}), variant: 7 }],
])("names the field %s where it has the wrong type", async (field, json) => {
  await expect(read(json)).rejects.toMatchObject({
    code: "E_REGISTRY",
    details: { field },
    message: expect.stringMatching(new RegExp(`base:1 is not an image config: its ${field} has the wrong type$`)),
  });
});
