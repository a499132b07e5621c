"""detente: an accountable ledger of relations between states, read from news."""
