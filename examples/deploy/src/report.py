import humanize

print("report:", humanize.intcomma(1_000_000), "rows")
