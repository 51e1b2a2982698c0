"""One line back to its registraties, or one record forward to its line or its reason, step by step (`build`).

Reads a finished run (`mpj.output.Run`), computes nothing anew but what it shows, and names no client. `summary` is a whole run.
"""
