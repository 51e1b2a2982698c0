"""A matrix with every price raised by a percentage from a date on."""
