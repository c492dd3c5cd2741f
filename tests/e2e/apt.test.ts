import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { ensureTrixie } from "../../scripts/services/images/trixie.ts";
import { buildEverywhere } from "../agreement/build-everywhere.ts";
import { disagreements, Tally } from "../agreement/disagreements.ts";
import { startSetting } from "../agreement/setting.ts";
import { sample } from "../support/sample.ts";

/** Packages that specs ask for most, and that are installed without a container. */
const INSTALLED =
  "git wget curl ca-certificates build-essential gcc g++ make cmake pkg-config libgl1 libglib2.0-0 libgomp1 libsm6 libxext6 libxrender1 libpq-dev libpq5 default-libmysqlclient-dev unzip zip jq vim-tiny less procps openssh-client gnupg rsync tini libsndfile1 sox libmagic1 graphviz tesseract-ocr poppler-utils postgresql-client nodejs locales tzdata".split(
    " ",
  );
/** Of Debian 13, whose scripts are others, and whose base lacks ca-certificates. */
const ON_TRIXIE =
  "ca-certificates git wget curl build-essential cmake pkg-config libgl1 libgomp1 libsm6 libxext6 libpq-dev default-libmysqlclient-dev unzip jq less procps openssh-client gnupg rsync graphviz nodejs locales".split(
    " ",
  );
/** Packages whose scripts only a container can run. */
const HANDED_ON = ["ffmpeg", "openjdk-17-jre-headless"];

const setting = await startSetting();
const trixie = await ensureTrixie();
beforeAll(() => {
  for (const [name, value] of Object.entries(setting.env)) vi.stubEnv(name, value);
});
const [alike, unlike]: [string[], string[]] = [[], []];
afterAll(async () => {
  const named = INSTALLED.length + HANDED_ON.length;
  console.log(
    `without a container: ${alike.length} of ${alike.length + unlike.length} compared packages alike, ${INSTALLED.length} of ${named} are installed on bookworm, ${ON_TRIXIE.length} on trixie`,
  );
  vi.unstubAllEnvs();
  await setting[Symbol.asyncDispose]();
});
const compared = setting.builders.filter(({ type }) => type === "uv-micromamba" || type === "docker-buildx");
const TOGETHER = "all of them together";
const TOGETHER_ON = { trixie: ON_TRIXIE, bookworm: INSTALLED };
const spec = (name: string, release: "bookworm" | "trixie" = "bookworm") => ({
  parameters: {
    baseImage: release === "trixie" ? trixie : setting.places.services.images.debian,
    aptPackages: name === TOGETHER ? TOGETHER_ON[release] : [name],
  },
});

describe("a Debian package makes the same image without a container as with apt in one", () => {
  // All at once take many minutes, and are left to the full run.
  const isFull = process.env.IMAGESPEC_TEST_FULL === "1";
  const together = isFull ? [TOGETHER] : [];
  test.each([
    ...[...sample(INSTALLED, 2, 111), ...together].map((name) => ({ release: "bookworm", name }) as const),
    ...[...sample(ON_TRIXIE, 1, 7), ...together].map((name) => ({ release: "trixie", name }) as const),
  ])(
    "$name of $release",
    { timeout: 30 * 60_000, meta: { builder: "uv-micromamba", shows: ["aptPackages"] } },
    async ({ name, release }) => {
      unlike.push(name);
      const made = await buildEverywhere(
        setting,
        `apt-${release}-${name.replaceAll("+", "x").replaceAll(" ", "-")}`,
        spec(name, release),
        compared,
      );
      expect(made.map((one) => (one.kind === "image" ? one.kind : one.message))).toEqual(["image", "image"]);
      expect(disagreements(made, new Tally()).join("\n")).toBe("");
      alike.push(...unlike.splice(unlike.indexOf(name), 1));
    },
  );
});

describe("a Debian package with a script that is not understood is handed on by name", () => {
  test.each(sample(HANDED_ON, 1, 1))("%s", async (name) => {
    const daemonless = compared.filter(({ type }) => type === "uv-micromamba");
    const [made] = await buildEverywhere(setting, `apt-${name}`, spec(name), daemonless);
    expect(made).toMatchObject({
      kind: "error",
      code: "E_UNSUPPORTED",
      message: expect.stringMatching(/ has a .* script /),
    });
  });
});
