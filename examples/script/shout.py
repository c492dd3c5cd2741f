# /// script
# requires-python = ">=3.11"
# dependencies = ["markupsafe==3.0.2"]
# ///
import markupsafe

print(markupsafe.escape("a script & its packages"))
