"""Who signs in, how, and with which roles: everything between a person and the first page."""
