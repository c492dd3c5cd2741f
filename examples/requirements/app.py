import markupsafe
import packaging

print(packaging.__version__, markupsafe.escape("<b>"))
