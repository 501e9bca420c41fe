// Command ferretdb is the Mongo-wire server of the tests: FerretDB on a temporary SQLite directory,
// on a free port of the loopback address. It prints its URI on a line of its own once it answers, and
// ends on a signal, or when its standard input ends, so that it does not outlive the tests that
// started it.
package main

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/url"
	"os"
	"os/signal"
	"syscall"
	"time"

	"github.com/FerretDB/FerretDB/ferretdb"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := run(ctx); err != nil {
		fmt.Fprintln(os.Stderr, "ferretdb:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context) error {
	dir, err := os.MkdirTemp("", "fengqiao-ferretdb-")
	if err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(dir) }()
	server, err := ferretdb.New(&ferretdb.Config{
		Listener:  ferretdb.ListenerConfig{TCP: "127.0.0.1:0"},
		Logger:    slog.New(slog.DiscardHandler),
		Handler:   "sqlite",
		SQLiteURL: "file:" + dir + "/",
	})
	if err != nil {
		return err
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	go func() {
		_, _ = io.Copy(io.Discard, os.Stdin)
		cancel()
	}()
	ended := make(chan error, 1)
	go func() { ended <- server.Run(ctx) }()

	uri, err := url.Parse(server.MongoDBURI())
	if err != nil {
		return err
	}
	connection, err := net.DialTimeout("tcp", uri.Host, 10*time.Second)
	if err != nil {
		return err
	}
	_ = connection.Close()
	fmt.Println(uri)
	return <-ended
}
