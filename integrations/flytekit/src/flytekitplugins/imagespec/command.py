"""Where the imagespec command is."""

import os
import shlex
import shutil
from pathlib import Path
from typing import List


def imagespec_command() -> List[str]:
    """The command that starts imagespec: IMAGESPEC_CLI, else on PATH, else in the project's node_modules.

    Raises RuntimeError when there is none.
    """
    configured = os.environ.get("IMAGESPEC_CLI")
    if configured:
        return shlex.split(configured)
    here = Path.cwd()
    projects = (folder / "node_modules" / ".bin" for folder in (here, *here.parents))
    for found in (shutil.which("imagespec"), *(shutil.which("imagespec", path=str(folder)) for folder in projects)):
        if found:
            return [found]
    raise RuntimeError(
        "The imagespec command was not found on PATH or in node_modules. "
        "Install it with `npm install @imagespec/cli` and a builder, or set IMAGESPEC_CLI."
    )
