"""Tests of the contract folder: every fault it can hold, and the corner cases that are none."""
