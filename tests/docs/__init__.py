"""Everything README.md and docs/ show is run here, so that no page can tell what the code does not do."""
