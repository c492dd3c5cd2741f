import os
import sys

import cowsay

cowsay.cow(f"{os.environ['GREETING']}, from Python {sys.version_info.major}.{sys.version_info.minor}")
