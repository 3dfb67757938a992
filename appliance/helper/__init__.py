"""The homework helper: from a student's question to a kind, cited answer that stays with the lesson."""
