"""Who tests the tester: every fault in front of the reference, and the scenarios that catch it."""
