import humanize

print("an image of", humanize.naturalsize(80_000_000))
