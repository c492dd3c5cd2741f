import { buildPlan } from "@imagespec/testkit";
import { expect, it } from "vitest";
import { insecureHosts } from "./insecure-hosts.ts";

const plan = buildPlan({ base: "docker.io/library/debian:12" });
const target = { reference: "registry.lan:5000/t:x", platforms: ["linux/amd64"], push: true };
const hosts = (value: string, more: object = {}) =>
  insecureHosts({ plan, target, mirrors: {}, ...more }, { IMAGESPEC_INSECURE_REGISTRIES: value });

it("names the registries of the build that docker's own settings decide about", () => {
  expect(hosts("registry.lan,mirror.lan:80,other.lan")).toEqual(["registry.lan:5000"]);
  expect(hosts("registry.lan:5001")).toEqual([]);
  expect(hosts("mirror.lan:80", { mirrors: { "docker.io": "mirror.lan:80" } })).toEqual(["mirror.lan:80"]);
  expect(hosts("registry.lan", { target: { ...target, push: false } })).toEqual([]);
});

it("says nothing of this machine's own, which docker speaks to over http by itself", () => {
  expect(hosts("localhost:5000", { target: { ...target, reference: "localhost:5000/t:x" } })).toEqual([]);
});

it("refuses what is not a list of hosts", () => {
  expect(() => hosts("http://registry.lan")).toThrow(expect.objectContaining({ code: "E_OPTIONS" }));
});
