"""What one record or line more costs, at three sizes a decade apart: declaring, verifying, repricing and writing messages."""
