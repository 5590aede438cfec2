"""Documents of records: taken in, judged by their content, kept, and served to the right people."""
