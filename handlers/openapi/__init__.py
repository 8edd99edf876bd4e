"""What can be asked of this system from outside: one OpenAPI 3.1 document, made of the fragments in here."""
