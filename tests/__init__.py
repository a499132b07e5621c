"""Tests, one file a module; `factories` makes small records for them."""
