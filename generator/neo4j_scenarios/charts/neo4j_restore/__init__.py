"""This project's chart: its values written and read."""
