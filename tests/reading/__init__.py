"""Tests of reading: files, folders, zips, CSV, single fields, and what is said about faults."""
