from matplotlib import pyplot
from rich import print

pyplot.plot([1, 4, 9])
pyplot.savefig("plot.png")
print("[bold]plot.png[/bold] is written")
