"""Tests of the message layer."""
