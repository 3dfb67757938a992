"""The class: who is in it, what it works on, what is open."""
