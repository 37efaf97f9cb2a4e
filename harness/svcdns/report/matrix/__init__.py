"""Many conformance reports side by side: implementations as columns, clauses and behaviours as rows."""
