"""What AWS does and the emulator does not: each module extends the services of its name as soon as it is imported."""

import os

HOST = "127.0.0.1"
PORT = int(os.environ["GATEWAY_PORT"])
