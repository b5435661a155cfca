"""The commands about fleets; `cli` gives them to the command line. They print, and return the exit code."""
