from greeting import greet
from markupsafe import escape


def main() -> None:
    print(escape(greet("<world>")))
