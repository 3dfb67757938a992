"""What all rooms share about HTTP: rendering, forms, identity, refusals, streams, uploads."""
