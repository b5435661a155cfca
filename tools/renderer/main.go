// renderer answers as `helm template NAME CHART --values -` does, by Helm's own library. It stays alive for many
// requests, so that no request pays for Helm's start.
//
//	renderer 3|4     Helm 3, or Helm 4
//
// Each line of stdin is a request, and each line of stdout is the answer to one, both as JSON.
package main

import (
	"encoding/json"
	"fmt"
	"io"
	"os"
	"runtime/debug"
	"strings"
)

type request struct {
	Release, Chart, Values string
	// A version of Kubernetes, or empty for Helm's own.
	Kubernetes string
}

type answer struct {
	Code int    `json:"code"`
	Out  string `json:"out"`
	Err  string `json:"err"`
}

// template writes what Helm prints for a request. The values are on os.Stdin.
type template func(request, io.Writer) error

func main() {
	// It lives for minutes and holds little. So it can collect less often.
	debug.SetGCPercent(400)
	requests, answers := json.NewDecoder(os.Stdin), json.NewEncoder(os.Stdout)
	answers.SetEscapeHTML(false)
	// Helm's warnings go to os.Stderr, of which its loggers take hold when they are made.
	errors := must(os.CreateTemp("", "renderer"))
	must(0, os.Remove(errors.Name()))
	os.Stderr = errors
	helm := map[string]func() template{"3": helm3, "4": helm4}[os.Args[1]]()
	for {
		var asked request
		if err := requests.Decode(&asked); err != nil {
			return
		}
		must(0, answers.Encode(ask(helm, asked, errors)))
	}
}

func ask(helm template, asked request, errors *os.File) answer {
	must(0, errors.Truncate(0))
	must(errors.Seek(0, io.SeekStart))
	reader, writer, err := os.Pipe()
	must(0, err)
	defer reader.Close()
	go func() {
		defer writer.Close()
		io.WriteString(writer, asked.Values)
	}()
	os.Stdin = reader
	var out strings.Builder
	code := 0
	if err := helm(asked, &out); err != nil {
		fmt.Fprintln(errors, "Error:", err)
		code = 1
	}
	must(errors.Seek(0, io.SeekStart))
	return answer{code, out.String(), string(must(io.ReadAll(errors)))}
}

func must[T any](value T, err error) T {
	if err != nil {
		panic(err)
	}
	return value
}
