"""Chalkbox: a classroom in a box."""

VERSION = "0.1.0"
