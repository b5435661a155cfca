"""The inputs of a scenario: their fields and rules, and the scenario that they give."""
