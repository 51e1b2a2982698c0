"""Tests of the command line, from outside: arguments and files in, exit code, text and files out."""
