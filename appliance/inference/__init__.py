"""Text and vectors from models on this box: the seam, the child process behind it and the line before it."""
