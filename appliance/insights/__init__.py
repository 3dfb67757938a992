"""How a class stands, in numbers that a teacher can act on."""
