"""How good the helper's judgement is: labelled sets written by hand, and what they measure on the real modules."""
