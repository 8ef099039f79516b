"""A loopback newsroom: invented outlets that publish our own sample articles, for `rasid demo` and tests."""
