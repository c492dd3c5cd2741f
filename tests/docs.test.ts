import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { imageSpecJsonSchema } from "@imagespec/core";
import { docsPage } from "@imagespec/registry";
import { describe, expect, test } from "vitest";
import { parseAllDocuments } from "yaml";
import { agreementPage } from "../docs/agreement-page.ts";
import { builderPages } from "../docs/builder-pages.ts";
import { errorsPage } from "../docs/errors-page.ts";
import { planPage } from "../docs/plan-page.ts";
import { ROOT } from "./architecture/source-file.ts";

const read = (path: string) => readFileSync(join(ROOT, path), "utf8");
/** Files of the repository, new ones included, which no commit has yet. */
const list = (...patterns: string[]) =>
  execFileSync("git", ["ls-files", "--cached", "--others", "--exclude-standard", "-z", "--", ...patterns], {
    cwd: ROOT,
    encoding: "utf8",
  })
    .split("\0")
    .filter((path) => path !== "" && existsSync(join(ROOT, path)));
const markdown = list("*.md").filter((path) => !path.startsWith(".changeset/") && !/\/CHANGELOG\.md$/.test(path));
const pages = markdown.filter((path) => path.startsWith("docs/")).map((path) => path.slice("docs/".length));

/** Headings as the site and GitHub address them. */
const anchors = (text: string) =>
  [...text.matchAll(/^#+ (.+)$/gm)].map(([, title = ""]) =>
    title
      .toLowerCase()
      .replaceAll(/[^\w\- ]/g, "")
      .replaceAll(" ", "-"),
  );
const isPage = (address: string) => {
  const [path = "", anchor] = address.split("#");
  const file = ["", "index"]
    .map((rest) => join("docs", `${path}${path.endsWith("/") || path === "" ? rest : ""}.md`))
    .find((one) => existsSync(join(ROOT, one)));
  return file !== undefined && (anchor === undefined || anchors(read(file)).includes(anchor));
};

describe("pages written from the code", () => {
  test("docs/errors.md is what the error codes say: node docs/errors-page.ts writes it", () => {
    expect(read("docs/errors.md")).toBe(errorsPage());
  });

  test("docs/agreement.md has the table of differences: node docs/agreement-page.ts writes it", () => {
    expect(read("docs/agreement.md")).toBe(agreementPage());
  });

  test("docs/plan.md shows the types of the plan: node docs/plan-page.ts writes it", () => {
    expect(read("docs/plan.md")).toBe(planPage());
    for (const kind of ["apt", "environment", "packages", "user", "id"])
      expect(read("docs/plan.md")).toContain(`### ${kind}\n`);
  });
});

test("the pages know how many parameters there are", () => {
  const count = Object.keys((imageSpecJsonSchema() as { properties: object }).properties).filter(
    (key) => key !== "images",
  );
  const said = pages.flatMap((page) =>
    [...read(`docs/${page}`).matchAll(/\b(\d+) parameters\b/g)].map(([, number]) => Number(number)),
  );
  expect(said.length).toBeGreaterThan(0);
  // Written in camelCase and in snake_case, a parameter counts once.
  expect(new Set(said)).toEqual(new Set([new Set(count.map((key) => key.replaceAll("_", "").toLowerCase())).size]));
});

test.each(["contract/contract-options.ts", "registry-server/registry-options.ts", "fault-proxy/fault-rule.ts"])(
  "docs/testkit.md names every option of %s",
  (path) => {
    const options = [...read(`packages/testkit/src/${path}`).matchAll(/^ +(\w+)\?:/gm)].map(([, name = ""]) => name);
    expect(options.length).toBeGreaterThan(5);
    const code = [...read("docs/testkit.md").matchAll(/`([^`\n]+)`/g)].map(([, text = ""]) => text);
    expect(options.filter((name) => !code.some((text) => new RegExp(`\\b${name}\\b`).test(text)))).toEqual([]);
  },
);

test("every block of YAML and JSON can be read", () => {
  const blocks = markdown.flatMap((path) =>
    [...read(path).matchAll(/^```(?:yaml|json)\b[^\n]*\n(.*?)^```$/gms)].map(([, text = ""]) => ({ path, text })),
  );
  expect(blocks.length).toBeGreaterThan(20);
  expect(blocks.filter(({ text }) => parseAllDocuments(text).some(({ errors }) => errors.length > 0))).toEqual([]);
});

test("every threat on the page about trust has a test that is there", () => {
  const rows = read("docs/trust.md").match(/^\| (?!threat|-).*\|$/gm) ?? [];
  expect(rows.length).toBeGreaterThan(20);
  const tests = rows.map((row) => [...row.matchAll(/`([\w/.-]+\.test\.ts)`/g)].map(([, path = ""]) => path));
  expect(rows.filter((_, index) => tests[index]?.length === 0)).toEqual([]);
  expect(tests.flat().filter((path) => !existsSync(join(ROOT, path)))).toEqual([]);
});

describe("links", () => {
  test("relative ones lead to a file, and to a heading in it", () => {
    const links = markdown.flatMap((path) =>
      [...read(path).matchAll(/\]\((?!https?:|mailto:)([^)\s]+)\)/g)].map(([, link = ""]) => ({ path, link })),
    );
    expect(links.length).toBeGreaterThan(30);
    const broken = links.filter(({ path, link }) => {
      const [target = "", anchor] = link.split("#");
      const file = target === "" ? path : join(dirname(path), target);
      if (!existsSync(join(ROOT, file))) return true;
      return anchor !== undefined && !anchors(read(file)).includes(anchor);
    });
    expect(broken).toEqual([]);
  });

  test.each(["README.md", "CONTRIBUTING.md"])("paths that %s names are there", (page) => {
    const paths = [...read(page).matchAll(/`([\w.-]+\/[\w./-]*)`/g)].map(([, path = ""]) => path);
    // The table of the tests names what lies beside it.
    expect(paths.filter((path) => !["", "tests"].some((base) => existsSync(join(ROOT, base, path))))).toEqual([]);
  });

  test("addresses of the published pages lead to a page", () => {
    const base = docsPage("");
    const address = new RegExp(`${base.replaceAll(".", "\\.")}([\\w/#-]*)|docsPage\\(["\`]([^"\`]*)["\`]\\)`, "g");
    const files = [...markdown, ...list("packages/*/src/*.ts", "packages/*/package.json", "integrations")];
    const named = files.flatMap((path) =>
      [...read(path).matchAll(address)].map(([, written, given]) => ({ path, page: written ?? given ?? "" })),
    );
    expect(named.length).toBeGreaterThan(10);
    // One template: the page of a builder of this project.
    const types = list("packages/builder-*/package.json").map((path) => /builder-([\w-]+)\//.exec(path)?.[1] ?? "");
    const wanted = named.flatMap(({ path, page }) =>
      page.includes("${") ? types.map((type) => ({ path, page: page.replace(/\$\{[^}]*\}/, type) })) : [{ path, page }],
    );
    expect(wanted.filter(({ page }) => page !== "" && !isPage(page))).toEqual([]);
  });

  test("what is published names no file of the repository", () => {
    const readmes = list("packages/*/README.md");
    expect(readmes.length).toBeGreaterThan(5);
    expect(readmes.filter((path) => /\]\((?!https:|#)/.test(read(path)))).toEqual([]);
    const sources = list("packages/*/src/*.ts").filter((path) => !/\.test\.ts$|\/fixtures\//.test(path));
    const inTexts = sources.filter((path) => /^(?!\s*(\*|\/\/|\/\*)).*["`].*\bdocs\/[\w/-]+(\.md)?/m.test(read(path)));
    expect(inTexts).toEqual([]);
  });

  test("every page is in the sidebar or linked from another page", () => {
    const config = read("docs/.vitepress/config.ts");
    const ofBuilders = builderPages().map(({ link }) => link);
    const linked = pages.flatMap((page) =>
      [...read(`docs/${page}`).matchAll(/\]\(([^)#\s]+)/g)].map(([, link = ""]) => join(dirname(page), link)),
    );
    const lost = pages.filter((page) => {
      if (page === "index.md") return false;
      const address = `/${page.replace(/(index)?\.md$/, "")}`;
      return !config.includes(`link: "${address}"`) && !ofBuilders.includes(address) && !linked.includes(page);
    });
    expect(lost).toEqual([]);
  });
});
