"""The features as data: feature files, the clauses and behaviours that their tags name, and their coverage."""
