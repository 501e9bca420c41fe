package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"time"

	"fengqiao/pkg/jobs"
	"fengqiao/pkg/rules"
	"fengqiao/pkg/seal"
)

// How long each step of a stop may take.
const (
	drainLimit = 15 * time.Second
	jobsLimit  = 20 * time.Second
)

// serverFlags say where a server listens.
type serverFlags struct {
	Addr string `help:"监听地址。" default:"127.0.0.1:8080" placeholder:"HOST:PORT"`
}

type serveCommand struct {
	storeFlags
	sealFlags
	serverFlags
	outgoingFlags
	SecureCookies  bool     `help:"浏览器经 HTTPS 访问（前面有反向代理）时打开，登录凭据只经 HTTPS 发送。"`
	TrustedProxies []string `help:"可信反向代理的地址或网段，采信其 X-Forwarded-For。" placeholder:"CIDR"`

	// For trials of a takeover: nobody wants to wait a minute for it.
	LeaseTTL time.Duration `hidden:"" name:"lease-ttl"`
}

// Run serves until it is asked to stop.
func (c *serveCommand) Run(ctx context.Context, t *terminal) (err error) {
	log := t.logger()
	out, err := c.outgoing()
	if err != nil {
		return err
	}
	ring, err := c.ring(&c.storeFlags)
	if err != nil {
		return err
	}
	a, err := c.open(ctx, time.Now)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, a.close()) }()
	if err := a.seed(ctx); err != nil {
		return err
	}
	log.Info("store opened", "store", c.where())
	return a.serve(ctx, server{addr: c.Addr, ring: ring, log: log, facing: facing{c.SecureCookies, c.TrustedProxies}, outgoing: out, lease: c.LeaseTTL, ready: func(url string) error {
		token, err := a.accounts.PrepareSetup(ctx)
		if err != nil {
			return fmt.Errorf("prepare the first administrator: %w", err)
		}
		if token != "" {
			log.Warn("还没有管理员，请在24小时内打开此链接设置", "link", url+"/setup/"+token)
		}
		return t.printf("枫桥已启动：%s\n", url)
	}})
}

// urlOf is where a browser on this machine finds what listens at an address.
func urlOf(addr net.Addr) string {
	host, port, err := net.SplitHostPort(addr.String())
	if err != nil {
		return "http://" + addr.String()
	}
	if ip := net.ParseIP(host); ip != nil && ip.IsUnspecified() {
		host = "127.0.0.1"
	}
	return "http://" + net.JoinHostPort(host, port)
}

// server is what serving needs beside the application.
type server struct {
	addr     string
	ring     *seal.Ring
	log      *slog.Logger
	facing   facing
	outgoing outgoing
	lease    time.Duration          // of the jobs, 0 for the usual
	ready    func(url string) error // called once it listens
}

// serve answers requests and runs the jobs until the context ends, then stops in order: no new
// connections, answer what has begun, end the jobs and give back their leases. Each step has its
// limit. The caller closes the store.
func (a *application) serve(ctx context.Context, s server) error {
	if err := a.store.CheckSeal(ctx, s.ring.Index("fengqiao")); err != nil {
		return err
	}
	notices := a.notices(s.ring, s.outgoing)
	runner, err := jobs.New(a.store, holder(), a.now, s.log, jobs.Standard(a.workWith(notices))...)
	if err != nil {
		return err
	}
	if s.lease > 0 {
		runner.SetLease(s.lease)
	}
	a.runner = runner // the page of the jobs asks it
	serving, stopTrials := context.WithCancel(ctx)
	a.trials = rules.NewRuns(serving)
	defer func() { stopTrials(); a.trials.Wait() }()
	handler, err := a.handler(s.ring, notices, s.log, s.facing)
	if err != nil {
		return err
	}
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", s.addr)
	if err != nil {
		return err
	}
	// Requests outlive the signal: they are drained, not cut.
	web := &http.Server{
		Handler: handler, ReadHeaderTimeout: 5 * time.Second, ReadTimeout: 30 * time.Second, WriteTimeout: 60 * time.Second, IdleTimeout: 120 * time.Second,
		MaxHeaderBytes: 64 << 10, ErrorLog: slog.NewLogLogger(s.log.Handler(), slog.LevelWarn),
	}
	failed := make(chan error, 1)
	go func() { failed <- web.Serve(listener) }()
	if err := s.ready(urlOf(listener.Addr())); err != nil {
		return errors.Join(err, web.Close())
	}
	if err := runner.Start(ctx); err != nil {
		return errors.Join(err, web.Close())
	}
	var serveErr error
	select {
	case <-ctx.Done():
		s.log.Info("stopping")
	case serveErr = <-failed:
	}
	return errors.Join(serveErr, drain(ctx, web), stopJobs(ctx, runner))
}

func drain(ctx context.Context, web *http.Server) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), drainLimit)
	defer cancel()
	if err := web.Shutdown(ctx); err != nil {
		return errors.Join(fmt.Errorf("requests were cut short: %w", err), web.Close())
	}
	return nil
}

func stopJobs(ctx context.Context, runner *jobs.Runner) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), jobsLimit)
	defer cancel()
	return runner.Stop(ctx)
}
