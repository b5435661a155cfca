// Listens on the port of bolt and says nothing: what a small pod is made of where a test needs twelve that are ready,
// and no Neo4j in them.
package main

import (
	"fmt"
	"net"
	"os"
	"os/signal"
	"syscall"
)

func main() {
	listener, err := net.Listen("tcp", ":7687")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	ended := make(chan os.Signal, 1)
	signal.Notify(ended, syscall.SIGTERM, os.Interrupt)
	go func() {
		<-ended // the first process of a container is not ended by a signal that it does not ask for
		os.Exit(0)
	}()
	for {
		if connection, err := listener.Accept(); err == nil {
			connection.Close()
		}
	}
}
