"""Foundations: the database, the cache, files on disk and durable background work."""
