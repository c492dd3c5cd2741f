/** A pyproject.toml for uv whose packages come from an index. */
export const UV_PROJECT = (url: string) => `[project]
name = "app"
version = "0.1"
requires-python = ">=3.11"
dependencies = ["main-one", "main-two<2"]

[dependency-groups]
dev = ["dev-only"]

[[tool.uv.index]]
url = "${url}"
default = true
`;

/** The same for poetry. */
export const POETRY_PROJECT = (url: string) => `[project]
name = "app"
version = "0.1"
requires-python = ">=3.11"
dependencies = ["main-one", "main-two (<2)"]

[tool.poetry]
package-mode = false

[tool.poetry.group.dev.dependencies]
dev-only = "*"

[[tool.poetry.source]]
name = "loopback"
url = "${url}"
priority = "primary"
`;
