import os

from rich.text import Text

print(Text.from_markup("[bold]hello[/bold]").plain, os.path.exists("notes.txt"))
