package main

import (
	"fmt"
	"os"
)

// fail ends the program when a part of ours cannot go on. The node then ends too, and `up` prints the line.
func fail(part string, err error) {
	if err != nil {
		fmt.Fprintf(os.Stderr, "%s: %v\n", part, err)
		os.Exit(1)
	}
}
