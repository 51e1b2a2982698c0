"""Lines in old product codes carried over to prestatiecodes and levels (was-wordt)."""
