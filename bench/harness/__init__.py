"""The parts of scripts/bench: how to build, what to measure, how to measure, what to print."""
