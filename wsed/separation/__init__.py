"""From masks to separated sources."""
