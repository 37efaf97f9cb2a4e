"""The documentation: what each DNS name answers, from the features and a run on the reference target.

The scenarios are played one by one. Each step keeps the answers that it judged, and what differs from run to run
(addresses, generated names) becomes a symbol. So the pages show real answers, and two runs write the same pages.
"""

from __future__ import annotations

from svcdns.documentation.book import Book, write
from svcdns.documentation.markdown import markdown
from svcdns.documentation.page import page

__all__ = ["Book", "markdown", "page", "write"]
