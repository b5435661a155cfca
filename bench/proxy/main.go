// Proxy stands between a client and a store on the loopback interface, and adds the delays of a network.
//
//	proxy -listen ADDRESS -target ADDRESS [-rate BYTES] [-delay DURATION] [-hold TEXT]
//
// rate: bytes a second to the client, of each connection. delay: before the first byte of each answer.
// hold: a request with this text is never passed on. "held" is printed when it comes.
package main

import (
	"bytes"
	"flag"
	"fmt"
	"io"
	"log"
	"net"
	"sync/atomic"
	"time"
)

var (
	listen = flag.String("listen", "", "where to listen")
	target = flag.String("target", "", "the store")
	rate   = flag.Float64("rate", 0, "bytes a second of each connection, 0 for no cap")
	delay  = flag.Duration("delay", 0, "before the first byte of each answer")
	hold   = flag.String("hold", "", "hold a request with this text")
)

const blockBytes = 64 * 1024

func main() {
	flag.Parse()
	listener, err := net.Listen("tcp", *listen)
	if err != nil {
		log.Fatal(err)
	}
	for {
		client, err := listener.Accept()
		if err != nil {
			log.Fatal(err)
		}
		go serve(client)
	}
}

func serve(client net.Conn) {
	defer client.Close()
	store, err := net.Dial("tcp", *target)
	if err != nil {
		log.Print(err)
		return
	}
	defer store.Close()
	// Set by each byte of a request. The first byte of the answer resets it.
	var asked atomic.Bool
	ended := make(chan struct{}, 2)
	go func() {
		requests(store, client, &asked)
		ended <- struct{}{}
	}()
	go func() {
		answers(client, store, &asked)
		ended <- struct{}{}
	}()
	<-ended
}

func requests(store io.Writer, client io.Reader, asked *atomic.Bool) {
	block := make([]byte, blockBytes)
	for {
		count, err := client.Read(block)
		if *hold != "" && bytes.Contains(block[:count], []byte(*hold)) {
			fmt.Println("held")
			select {}
		}
		asked.Store(true)
		if _, failed := store.Write(block[:count]); err != nil || failed != nil {
			return
		}
	}
}

func answers(client io.Writer, store io.Reader, asked *atomic.Bool) {
	block := make([]byte, blockBytes)
	var due time.Time // when the bytes so far are sent at the rate of the cap
	for {
		count, err := store.Read(block)
		if count > 0 && asked.Swap(false) {
			time.Sleep(*delay)
		}
		if *rate > 0 {
			// A pause gives no credit, except for the delay of a timer.
			if earliest := time.Now().Add(-2 * time.Millisecond); due.Before(earliest) {
				due = earliest
			}
			due = due.Add(time.Duration(float64(count) / *rate * float64(time.Second)))
			time.Sleep(time.Until(due))
		}
		if _, failed := client.Write(block[:count]); err != nil || failed != nil {
			return
		}
	}
}
