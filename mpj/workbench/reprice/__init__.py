"""Lines of a run priced again under another contract: what the same care would have cost."""
