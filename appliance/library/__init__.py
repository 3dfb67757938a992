"""Courses as files: read, split for students and teachers, rendered, searched."""
