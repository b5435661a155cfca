"""One module for each command. A command prints, and returns its exit code.

`options` and `survey_options` hold shared options, and `signature` makes parameters of them. `delivery` and `outcome`
write files and print what was done.
"""
