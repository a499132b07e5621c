"""Commands that print every accuracy and speed figure detente claims. Not part of the wheel."""
