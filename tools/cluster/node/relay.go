package main

import (
	"flag"
	"io"
	"net"
	"os"
	"strconv"
	"strings"
	"time"
)

// relay passes connections on. Two of them lead from the machine's loopback interface to the API server, whose network
// namespace has no way out: a UNIX socket is reached across network namespaces.
//
//	relay [--port-file FILE] tcp:127.0.0.1:0 unix:/run/api.sock
//
// Port 0 lets the kernel choose a free one, so that two clusters never want the same. FILE then says which one it is.
func relay() {
	flags := flag.NewFlagSet("relay", flag.ExitOnError)
	portFile := flags.String("port-file", "", "where the port that is listened on is written to")
	fail("relay", flags.Parse(os.Args[1:]))
	network, address, _ := strings.Cut(flags.Arg(0), ":")
	toNetwork, toAddress, _ := strings.Cut(flags.Arg(1), ":")
	listener, err := net.Listen(network, address)
	fail("relay", err)
	if at, ok := listener.Addr().(*net.TCPAddr); ok && *portFile != "" {
		// Renamed when it is complete: `up` reads it as soon as it is there.
		fail("relay", os.WriteFile(*portFile+".part", []byte(strconv.Itoa(at.Port)+"\n"), 0o600))
		fail("relay", os.Rename(*portFile+".part", *portFile))
	}
	for {
		connection, err := listener.Accept()
		if err != nil { // Too many open files, for example: the next one may be accepted again.
			time.Sleep(100 * time.Millisecond)
			continue
		}
		go pass(connection, toNetwork, toAddress)
	}
}

// halfCloser is a connection whose one direction can be closed: TCP and UNIX sockets are.
type halfCloser interface {
	net.Conn
	CloseWrite() error
}

func pass(from net.Conn, network, address string) {
	defer from.Close()
	to, err := net.Dial(network, address)
	if err != nil {
		return // The API server does not listen yet. Its client sees the connection closed, and tries again.
	}
	defer to.Close()
	done := make(chan struct{}, 2)
	for _, way := range [][2]net.Conn{{from, to}, {to, from}} {
		go func() {
			io.Copy(way[1], way[0]) //nolint:errcheck // either end may go at any time
			way[1].(halfCloser).CloseWrite()
			done <- struct{}{}
		}()
	}
	<-done
	<-done
}
