#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""terminal.py COLUMNS COMMAND...: what the command prints on a terminal of so many columns."""
import fcntl
import os
import pty
import struct
import sys
import termios

child, terminal = pty.fork()
if not child:
    fcntl.ioctl(1, termios.TIOCSWINSZ, struct.pack("4H", 50, int(sys.argv[1]), 0, 0))
    os.execv(sys.argv[2], sys.argv[2:])
try:
    while data := os.read(terminal, 65536):
        sys.stdout.buffer.write(data.replace(b"\r\n", b"\n"))
except OSError:  # Its other end is closed.
    pass
