"""mpj beside what people would write themselves: the same data, the same totals, in one table of time and memory."""
