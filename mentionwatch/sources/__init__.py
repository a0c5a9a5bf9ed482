"""Sources: which documents to ask for, and how to read one."""
