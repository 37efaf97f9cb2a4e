"""What the features promise, as data: feature files, the clauses and behaviours that their tags name, and what of these is covered."""
