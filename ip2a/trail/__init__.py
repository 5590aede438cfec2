"""Reading the audit trail: its entries in words, page by page, filtered. Who may read what is asked before."""
