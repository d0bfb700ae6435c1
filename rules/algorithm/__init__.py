"""Rules of the algorithm family."""
