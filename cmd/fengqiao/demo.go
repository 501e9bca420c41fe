package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"text/tabwriter"
	"time"

	"fengqiao/models"
	"fengqiao/pkg/demo"
	"fengqiao/pkg/screening"
	"fengqiao/pkg/seal"
	"fengqiao/pkg/store"
)

type demoCommand struct {
	storeFlags
	sealFlags
	serverFlags
	ClockOffset time.Duration `help:"把系统时钟拨快（或拨慢）这么多，用来试期限，例如 744h 是31天。" default:"0s" placeholder:"DURATION"`
	Cases       int           `help:"案例数。" default:"400" hidden:""`
	Seed        uint64        `help:"随机种子。" default:"1" hidden:""`
}

// Run builds the demo county where it is not there yet, and serves it.
func (c *demoCommand) Run(ctx context.Context, t *terminal) (err error) {
	now := func() time.Time { return time.Now().Add(c.ClockOffset) }
	if c.MongodbURI == "" {
		if err := c.prepareFile(ctx, t, now); err != nil {
			return err
		}
	}
	ring, err := c.ring(&c.storeFlags)
	if err != nil {
		return err
	}
	a, err := c.open(ctx, now)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, a.close()) }()
	complete, err := a.hasDemo(ctx)
	if err != nil {
		return err
	}
	if !complete {
		if err := c.build(ctx, t, a, ring); err != nil {
			return err
		}
	}
	return a.serve(ctx, server{addr: c.Addr, ring: ring, log: t.logger(), ready: func(url string) error { return printAccounts(t, url) }})
}

// prepareFile builds an embedded demo beside its place and moves it there when it is complete, so
// that a building that was broken off leaves nothing half done.
func (c *demoCommand) prepareFile(ctx context.Context, t *terminal, now func() time.Time) (err error) {
	if _, err := os.Stat(filepath.Join(c.Data, storeFile)); err == nil || !errors.Is(err, os.ErrNotExist) {
		return err
	}
	if err := os.MkdirAll(c.Data, 0o700); err != nil {
		return err
	}
	building, err := os.MkdirTemp(c.Data, "building-")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(building)) }()
	ring, err := c.ring(&c.storeFlags)
	if err != nil {
		return err
	}
	beside := storeFlags{Data: building}
	a, err := beside.open(ctx, now)
	if err != nil {
		return err
	}
	if err := errors.Join(c.build(ctx, t, a, ring), a.close()); err != nil {
		return err
	}
	built := filepath.Join(building, storeFile)
	if _, err := os.Stat(built + "-wal"); !errors.Is(err, os.ErrNotExist) {
		return fmt.Errorf("the closed store left its log behind (%v)", err)
	}
	return os.Rename(built, filepath.Join(c.Data, storeFile))
}

var (
	errNotDemo  = errors.New("这里已有不是演示的数据，请换一个数据目录")
	errHalfDemo = errors.New("上次的演示数据没有建完，请清空后再启动")
)

// hasDemo says whether the demo is there. Other data, and half a demo, are errors: nothing that
// somebody may need is ever mixed with it.
func (a *application) hasDemo(ctx context.Context) (bool, error) {
	counties, err := a.store.Counties(ctx)
	if err != nil || len(counties) == 0 {
		return false, err
	}
	for _, county := range counties {
		if county.Code != demo.CountyCode {
			return false, errNotDemo
		}
	}
	accounts := demo.Accounts()
	_, err = a.store.Account(ctx, accounts[len(accounts)-1].ID)
	if store.IsNotFound(err) {
		return false, errHalfDemo
	}
	return err == nil, err
}

func (c *demoCommand) build(ctx context.Context, t *terminal, a *application, ring *seal.Ring) error {
	if err := a.seed(ctx); err != nil {
		return err
	}
	advance, finish := t.progress("正在虚构青禾县", c.Cases)
	defer finish()
	err := demo.Build(ctx, a.store, demo.Options{
		Ring: ring, Hasher: a.hasher, Validate: a.validate, Now: a.now(), Seed: c.Seed, Cases: c.Cases,
		Sweep: func(ctx context.Context, now time.Time) error {
			if _, err := a.sweeper.Run(ctx, now); err != nil {
				return err
			}
			_, err := a.sweeper.Rescore(ctx, now, now) // the rules are the same all along
			return err
		},
		Reports: func(ctx context.Context, now time.Time) error {
			reports := screening.New(a.store, func() time.Time { return now })
			_, err := reports.BuildMissing(ctx, nil)
			if err != nil {
				return err
			}
			_, err = reports.BuildChecks(ctx)
			return err
		},
		Progress: advance,
	})
	if err != nil {
		return err
	}
	return a.readOldMessages(ctx, ring)
}

// demoUnread is how long a message of the demo has been unread, at most.
const demoUnread = 7 * 24 * time.Hour

// readOldMessages fills the inboxes of the demo. People have read what is old.
func (a *application) readOldMessages(ctx context.Context, ring *seal.Ring) error {
	notices := a.notices(ring, outgoing{})
	if _, err := notices.Run(ctx, a.now()); err != nil {
		return err
	}
	for _, account := range demo.Accounts() {
		if err := notices.ReadAll(ctx, account.Actor, a.now().Add(-demoUnread)); err != nil {
			return err
		}
	}
	return nil
}

// printAccounts shows where the demo is and who can log in.
func printAccounts(t *terminal, url string) error {
	names := map[string]string{}
	for _, r := range demo.Regions() {
		names[r.Code] = r.Name
	}
	if err := t.printf("\n枫桥演示：%s\n虚构的青禾县，所有账号的密码都是 %s\n\n", url, demo.Password); err != nil {
		return err
	}
	table := tabwriter.NewWriter(t.out, 0, 0, 2, ' ', 0)
	for _, a := range demo.Accounts() {
		where := names[a.Region]
		if models.RegionKindOf(a.Region) == models.RegionVillage {
			where = names[a.Region[:9]] + where
		}
		fmt.Fprintf(table, "%s\t%s\t%s\t%s\n", a.ID, a.Name, a.Role.Name(), where)
	}
	if err := table.Flush(); err != nil {
		return err
	}
	return t.printf("\n按 Ctrl-C 停止\n")
}
