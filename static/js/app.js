// The start of every page: loads what its elements ask for.
