import type { ImageSpecParameters } from "@imagespec/core";

/** One spec as people write them, and the files it names. */
export interface CorpusSpec {
  spec: ImageSpecParameters;
  files?: Readonly<Record<string, string>> | undefined;
  /** A package of it has no wheel, which shows only when it is resolved. */
  needsBuild?: true | undefined;
  /** Why it goes on to another builder, where that shows only when its packages are read. */
  handedOn?: string | undefined;
}

const pinned = (...names: string[]) =>
  names
    .map(
      (name) => `[[package]]
name = "${name}"
version = "1.0"
source = { registry = "https://index.example.com/simple" }
wheels = [{ url = "https://files.example.com/${name}-1.0-py3-none-any.whl", hash = "sha256:${"0".repeat(64)}", size = 9 }]
`,
    )
    .join("\n");
const edges = (names: readonly string[]) => names.map((name) => `{ name = "${name}" }`).join(", ");
const project = (name: string, needs: readonly string[], more = "") =>
  `[project]\nname = "${name}"\nversion = "0.1"\ndependencies = ${JSON.stringify(needs)}\n${more}`;
const locked = (name: string, needs: readonly string[], kind = 'virtual = "."', more = "") =>
  `[[package]]\nname = "${name}"\nversion = "0.1"\nsource = { ${kind} }\ndependencies = [${edges(needs)}]\n${more}
[package.metadata]\nrequires-dist = [${edges(needs)}]\n`;
const HEAD = 'version = 1\nrequires-python = ">=3.10"\n';

const alone = (...packages: string[]): CorpusSpec => ({ spec: { packages } });
const apt = (aptPackages: string[], ...packages: string[]): CorpusSpec => ({ spec: { aptPackages, packages } });
const byScript = (name: string, spec: CorpusSpec): CorpusSpec => ({
  ...spec,
  handedOn: `aptPackages: ${name} has a script that only a container can run`,
});
const conda = (condaPackages: string[], condaChannels: string[] = []): CorpusSpec => ({
  spec: { condaPackages, condaChannels },
});
const requirements = (text: string): CorpusSpec => ({
  spec: { requirements: "requirements.txt" },
  files: { "requirements.txt": text },
});

const LOCKED = {
  "pyproject.toml": project("train", ["torch", "lightning"]),
  "uv.lock": HEAD + locked("train", ["torch", "lightning"]) + pinned("torch", "lightning"),
};
const WITH_PARTS = {
  "pyproject.toml": project(
    "api",
    ["fastapi"],
    '[project.optional-dependencies]\ndb = ["psycopg"]\n[dependency-groups]\nserve = ["uvicorn"]\n',
  ),
  "uv.lock":
    HEAD +
    locked(
      "api",
      ["fastapi"],
      'virtual = "."',
      '[package.optional-dependencies]\ndb = [{ name = "psycopg" }]\n[package.dev-dependencies]\nserve = [{ name = "uvicorn" }]\n',
    ).replace(
      'requires-dist = [{ name = "fastapi" }]',
      'requires-dist = [{ name = "fastapi" }, { name = "psycopg", marker = "extra == \'db\'" }]',
    ) +
    pinned("fastapi", "psycopg", "uvicorn"),
};
const WORKSPACE = {
  "pyproject.toml": '[tool.uv.workspace]\nmembers = ["packages/*"]\n',
  "packages/ingest/pyproject.toml": project("ingest", ["polars"]),
  "packages/score/pyproject.toml": project("score", ["xgboost"]),
  "packages/score/score.py": "",
  "uv.lock":
    HEAD +
    locked("ingest", ["polars"], 'virtual = "packages/ingest"') +
    locked("score", ["xgboost"], 'editable = "packages/score"') +
    pinned("polars", "xgboost"),
};
const POETRY = {
  "pyproject.toml": '[tool.poetry]\npackage-mode = false\n[tool.poetry.dependencies]\npython = "^3.11"\n',
  "poetry.lock": `package = []
[metadata]
lock-version = "2.1"
python-versions = "^3.11"
content-hash = "81b2fa642d7f2d1219cf80112ace12d689d053d81be7f7addb98144d56fc0fb2"
`,
};

/** Specs by their shape, in the proportions in which they are met in public repositories, but for the rare shapes. */
export const SPEC_SHAPES: Readonly<Record<string, readonly CorpusSpec[]>> = {
  packages: [
    alone("pandas", "pyarrow"),
    alone("scikit-learn==1.5.2", "joblib"),
    alone("torch==2.4.1", "torchvision"),
    alone("transformers[torch]>=4.40", "datasets"),
    alone("xgboost", "numpy<2"),
    alone("polars", "deltalake"),
    alone("requests"),
    alone("dask[dataframe]", "distributed"),
    alone("flytekit==1.13.5", "matplotlib"),
    alone("openai", "tiktoken"),
    { spec: { packages: ["tensorflow-cpu"], pythonVersion: "3.11" } },
    { spec: { packages: ["duckdb"], env: { LOG_LEVEL: "info", HF_HOME: "/tmp/hf" } } },
    { spec: { packages: ["lightgbm"], platform: "linux/amd64,linux/arm64" } },
    { spec: { packages: ["fastapi", "uvicorn"], entrypoint: ["uvicorn", "app:app"] } },
    { spec: { packages: ["mlflow"], sourceRoot: "src" }, files: { "src/train.py": "" } },
    { spec: { packages: ["six"], copy: ["conf"] }, files: { "conf/a.yaml": "a: 1\n" } },
  ],
  requirements: [
    requirements("pandas==2.2.3\nnumpy==2.1.0\n"),
    requirements("--extra-index-url https://torch.example.com/whl/cpu\ntorch\n"),
    requirements(`six==1.16.0 --hash=sha256:${"0".repeat(64)}\n`),
    {
      spec: { requirements: "train.py", pythonVersion: "3.12", copy: ["train.py"] },
      files: {
        "train.py": '# /// script\n# requires-python = ">=3.11"\n# dependencies = ["polars"]\n# ///\nimport polars\n',
      },
    },
  ],
  indexes: [
    { spec: { packages: ["torch"], pipExtraIndexUrl: ["https://torch.example.com/whl/cu121"] } },
    { spec: { packages: ["inhouse"], pipIndex: "https://pypi.example.com/simple" } },
    { spec: { packages: ["somepkg"], pipExtraArgs: "--prerelease=allow" } },
  ],
  apt: [
    apt(["git"]),
    apt(["git"], "pandas", "gitpython"),
    apt(["wget"], "requests"),
    apt(["curl", "ca-certificates"], "httpx"),
    apt(["build-essential"], "numpy"),
    apt(["build-essential", "git"], "transformers"),
    byScript("shared-mime-info", apt(["ffmpeg"], "librosa")),
    apt(["libgl1", "libglib2.0-0"], "opencv-python"),
    apt(["libgomp1"], "lightgbm"),
    apt(["libpq-dev", "gcc"], "sqlalchemy"),
    apt(["tesseract-ocr", "poppler-utils"], "pytesseract"),
    apt(["graphviz"], "pydot"),
    apt(["unzip", "jq", "procps"]),
    byScript("ca-certificates-java", apt(["openjdk-17-jre-headless"], "py4j")),
  ],
  conda: [
    conda(["numpy", "scipy"]),
    conda(["gdal"], ["conda-forge"]),
    conda(["samtools"], ["bioconda"]),
    conda(["pytorch", "cpuonly"], ["pytorch", "conda-forge"]),
    { spec: { condaPackages: ["rdkit"], packages: ["requests"] } },
    {
      spec: { requirements: "environment.yml" },
      files: {
        "environment.yml":
          "name: geo\nchannels: [conda-forge]\ndependencies:\n  - python=3.11\n  - gdal\n  - pip\n  - pip: [rasterio]\n",
      },
    },
  ],
  cuda: [
    { spec: { cuda: "12.4.1", packages: ["torch"] } },
    { spec: { cuda: "12.4.1", cudnn: "9", packages: ["jax[cuda12]"], pythonVersion: "3.11" } },
    { spec: { baseImage: "nvcr.io/nvidia/pytorch:24.07-py3", packages: ["einops"] } },
  ],
  "git and source distributions": [
    alone(`lm-eval @ git+https://github.com/example/lm-eval@${"a".repeat(40)}`),
    {
      ...alone("sam @ git+https://github.com/example/sam"),
      handedOn: "packages: a branch of git may move; its cure is to name the commit",
    },
    requirements(`clip @ git+https://github.com/example/clip@${"b".repeat(40)}\n`),
    { ...alone("pyspark==3.5.3"), needsBuild: true },
    { ...alone("sklearn-crfsuite", "docopt"), needsBuild: true },
    { ...alone("fire"), needsBuild: true },
  ],
  "lock and workspace": [
    { spec: { requirements: "uv.lock" }, files: LOCKED },
    { spec: { requirements: "pyproject.toml" }, files: LOCKED },
    { spec: { requirements: "uv.lock", uvProject: { groups: ["serve"] } }, files: WITH_PARTS },
    { spec: { requirements: "uv.lock", uvProject: { extras: ["db"] } }, files: WITH_PARTS },
    { spec: { requirements: "uv.lock", uvProject: { member: "ingest" } }, files: WORKSPACE },
    { spec: { requirements: "uv.lock", uvProject: { member: "score" } }, files: WORKSPACE },
    { spec: { requirements: "uv.lock", uvProject: { member: "score", installProject: true } }, files: WORKSPACE },
    { spec: { requirements: "poetry.lock" }, files: POETRY },
  ],
  "base chain": [
    { spec: { baseImage: { name: "common", packages: ["numpy"] }, packages: ["pandas"] } },
    { spec: { baseImage: { name: "common", baseImage: "debian:12", pythonVersion: "3.12" }, env: { A: "1" } } },
  ],
  secrets: [
    {
      spec: { packages: ["inhouse"], pipSecretMounts: [["netrc", "/root/.netrc"]] },
      files: { netrc: "machine pypi.example.com login a password b\n" },
    },
    {
      spec: { packages: ["inhouse"], pipSecretMounts: [["gitconfig", "/root/.gitconfig"]] },
      files: { gitconfig: "[user]\nname = a\n" },
    },
  ],
  commands: [
    { spec: { packages: ["nltk"], commands: ["python -m nltk.downloader punkt"] } },
    { spec: { packages: ["spacy"], commands: ["python -m spacy download en_core_web_sm"] } },
    { spec: { commands: ["useradd app"] } },
  ],
};
