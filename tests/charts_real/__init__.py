"""What is known of charts that are not ours, and a command that holds it to the charts themselves."""
