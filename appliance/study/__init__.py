"""Study tools made from a class's papers."""
