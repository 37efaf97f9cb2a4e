"""The documentation: what each name answers, told by the features and answered by the reference target.

The features are played one by one, each sentence keeps the answers that it judged, and what differs from run to run
(addresses, random names) becomes a symbol. So the pages say what was answered, and two runs say the same.
"""

from __future__ import annotations

from svcdns.documentation.book import Book, write
from svcdns.documentation.markdown import markdown
from svcdns.documentation.page import page

__all__ = ["Book", "markdown", "page", "write"]
