"""Running the box: its data folder, logs, health and command line, for whoever looks after it."""
