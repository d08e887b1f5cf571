"""How the outbox's tables come to be."""
