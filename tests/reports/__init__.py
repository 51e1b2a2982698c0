"""What a ledger says at group level."""
