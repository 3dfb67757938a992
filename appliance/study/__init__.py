"""Study tools over a class's lessons and papers."""
