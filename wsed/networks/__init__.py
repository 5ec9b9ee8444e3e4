"""Networks: encoders that turn features `(batch, time, freq)` into an embedding, and the layers that they share."""
