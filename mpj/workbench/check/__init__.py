"""Checking contract folders: every fault at once, and warnings about what a contract manager looks at twice."""
