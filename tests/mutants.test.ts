import { readFileSync } from "node:fs";
import { DockerBuildxBuilder } from "@imagespec/builder-docker-buildx";
import { CONTRACT_RULES, Contract, contractCases } from "@imagespec/testkit";
import { expect, test } from "vitest";
import { MUTANTS } from "./mutants/all-mutants.ts";

const rules = Object.keys(CONTRACT_RULES).sort();
const services = {
  registry: "localhost:5000",
  dockerHost: "unix:///var/run/docker.sock",
  platform: "linux/amd64",
  images: { python: "localhost:5000/a:1", uid1000: "localhost:5000/b:1", ownConfig: "localhost:5000/c:1" },
};
const cases = async (refuses: readonly "aptPackages"[]) =>
  contractCases(await Contract.create(() => new DockerBuildxBuilder(), { services, loopback: true, refuses }));

test("every rule of the contract has a mutant that breaks it", () => {
  expect([...new Set(MUTANTS.map(({ breaks }) => breaks))].sort()).toEqual(rules);
});

test("docs/testkit.md lists the rules", () => {
  const [page = ""] = readFileSync(new URL("../docs/testkit.md", import.meta.url), "utf8").split("| option |");
  const rows = [...page.matchAll(/^\| `([\w-]+)`(?: ¹)? \| (.+) \|$/gm)].map(([, rule = "", text]) => [rule, text]);
  expect(Object.fromEntries(rows)).toEqual(CONTRACT_RULES);
});

test("every rule has a case, and every case a title of its own", async () => {
  const all = [...(await cases([])), ...(await cases(["aptPackages"])).filter(({ rule }) => rule === "refusals")];
  expect([...new Set(all.map(({ rule }) => rule))].sort()).toEqual(rules);
  const titles = all.map(({ title }) => title);
  expect(new Set(titles).size).toBe(titles.length);
});
