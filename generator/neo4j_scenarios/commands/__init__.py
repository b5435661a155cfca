"""One module for each command but `new` and `secret`, which are in `cli`. A command prints, and returns its exit code.

`options` and `surveying` hold shared options, `delivery` and `outcome` write files and print what was done.
"""
