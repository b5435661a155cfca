"""The labs chart, archived at 4.4.10: its values written and read."""
