"""Is a live configuration right? Facts are gathered by ``outside`` and ``account``; the rest only judges them."""
