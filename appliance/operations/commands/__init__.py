"""The commands of `chalkbox`: what an operator types, one module for each noun."""
