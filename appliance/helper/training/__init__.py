"""What the helper's small classifiers are taught with: lines written by hand, and the commands that read them."""
