// Fengqiao (枫桥) is the one binary: the server, the demo, and the commands beside them.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"runtime/debug"
	"syscall"

	"fengqiao/models"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	// The first signal asks for a graceful stop. Giving the signals back lets a second one end the
	// process at once.
	context.AfterFunc(ctx, stop)
	if os.Getenv("GOGC") == "" && os.Getenv("GOMEMLIMIT") == "" {
		tuneMemory()
	}
	os.Exit(run(ctx, os.Args[1:], os.Environ(), os.Stdin, os.Stdout, os.Stderr))
}

// Memory is collected rarely while there is little of it, and as usual once the heap comes near
// memoryRoom bytes: requests make much rubbish and keep little, and one PC serves a county.
const (
	rareGC     = 400 // percent of growth between collections
	memoryRoom = 112 << 20
)

func tuneMemory() {
	debug.SetGCPercent(rareGC)
	debug.SetMemoryLimit(memoryRoom)
}

// Exit codes.
const (
	exitOK      = 0
	exitFailure = 1
	exitUsage   = 2
)

// run is the whole program, but for the process around it.
func run(ctx context.Context, args, environ []string, stdin io.Reader, stdout, stderr io.Writer) int {
	parsed, err := parse(args, environ, stdout, stderr)
	switch {
	case errors.Is(err, errHelpShown):
		return exitOK
	case err != nil:
		fmt.Fprintf(stderr, "fengqiao: %v\n试试 fengqiao --help\n", err)
		return exitUsage
	}
	t := &terminal{in: stdin, out: stdout, err: stderr}
	if err := parsed.Run(ctx, t); err != nil {
		report(stderr, err)
		return exitFailure
	}
	return exitOK
}

// report tells a person at the command line what went wrong: the plain words where there are some,
// the field's where a field is wrong, else the error itself.
func report(w io.Writer, err error) {
	var told *models.Error
	if !errors.As(err, &told) {
		fmt.Fprintf(w, "fengqiao: %v\n", err)
		return
	}
	fmt.Fprintf(w, "fengqiao: %s\n", told.Message)
	for _, f := range told.Fields {
		fmt.Fprintf(w, "  %s: %s\n", f.Field, f.Message)
	}
	if told.Kind == models.Internal || told.Kind == models.Unavailable {
		fmt.Fprintf(w, "  %v\n", err)
	}
}
