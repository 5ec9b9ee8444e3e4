"""Networks: encoders from features `(batch, time, freq)` to an embedding, and the layers that they share."""
