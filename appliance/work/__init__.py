"""What students make: ticks, reflections and files they hand in."""
