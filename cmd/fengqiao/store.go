package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"fengqiao/models"
	"fengqiao/pkg/account"
	"fengqiao/pkg/casework"
	"fengqiao/pkg/docstore"
	"fengqiao/pkg/docstore/embedded"
	"fengqiao/pkg/docstore/mongodb"
	"fengqiao/pkg/escalation"
	"fengqiao/pkg/jobs"
	"fengqiao/pkg/rules"
	"fengqiao/pkg/screening"
	"fengqiao/pkg/seal"
	"fengqiao/pkg/store"
	"fengqiao/pkg/workday"
)

// Names of the files in a data directory.
const (
	storeFile = "fengqiao.db"
	sealFile  = "seal.key"
)

// storeFlags say where the documents are.
type storeFlags struct {
	Data       string `help:"数据目录，用内置存储时数据在其中的 fengqiao.db。" default:"${data}" placeholder:"DIR"`
	MongodbURI secret `name:"mongodb-uri" help:"MongoDB 地址；给出时数据存在 MongoDB，不用内置存储。" placeholder:"URI"`
}

// where names the store for logs, without any secret.
func (f *storeFlags) where() string {
	if f.MongodbURI != "" {
		return mongodb.Redact(f.MongodbURI.Reveal())
	}
	return filepath.Join(f.Data, storeFile)
}

// engine opens the store. This is the one place that picks an engine.
func (f *storeFlags) engine(ctx context.Context) (docstore.Engine, error) {
	if f.MongodbURI != "" {
		return mongodb.Open(ctx, f.MongodbURI.Reveal())
	}
	if err := os.MkdirAll(f.Data, 0o700); err != nil {
		return nil, fmt.Errorf("make the data directory: %w", err)
	}
	return embedded.Open(ctx, filepath.Join(f.Data, storeFile))
}

// sealFlags say which keys seal personal numbers.
type sealFlags struct {
	SealKey secret `name:"seal-key" help:"封存证件号码和电话的密钥；用内置存储时不给出则用数据目录里的 seal.key，没有就生成。" placeholder:"KEY"`
}

var errNeedsSealKey = errors.New("用 MongoDB 时必须给出封存密钥：--seal-key，或环境变量 FENGQIAO_SEAL_KEY、FENGQIAO_SEAL_KEY_FILE（每台服务器用同一份密钥）")

func (f *sealFlags) ring(s *storeFlags) (*seal.Ring, error) {
	switch {
	case f.SealKey != "":
		return seal.ParseRing(f.SealKey.Reveal())
	case s.MongodbURI != "":
		return nil, errNeedsSealKey
	}
	if err := os.MkdirAll(s.Data, 0o700); err != nil {
		return nil, fmt.Errorf("make the data directory: %w", err)
	}
	return seal.LoadOrCreate(filepath.Join(s.Data, sealFile))
}

// application is a store with the use cases on it.
type application struct {
	engine   docstore.Engine
	store    *store.Store
	now      func() time.Time
	validate *models.Validator
	hasher   *account.Hasher
	accounts *account.Service
	sweeper  *escalation.Sweeper
	rules    *rules.Service
	reports  *screening.Service
	runner   *jobs.Runner // where jobs run, nil elsewhere
	trials   *rules.Runs  // where pages are served for long, nil elsewhere
}

// open opens the store and puts the use cases on it. Whoever opens closes.
func (f *storeFlags) open(ctx context.Context, now func() time.Time) (*application, error) {
	engine, err := f.engine(ctx)
	if err != nil {
		return nil, fmt.Errorf("open %s: %w", f.where(), err)
	}
	st, err := store.New(ctx, engine)
	if err != nil {
		return nil, errors.Join(fmt.Errorf("open %s: %w", f.where(), err), engine.Close())
	}
	a := &application{engine: engine, store: st, now: now, validate: models.NewValidator(), hasher: account.NewHasher(2)}
	a.accounts = account.New(st, a.hasher, a.validate, now)
	a.sweeper = escalation.NewSweeper(st)
	a.rules = rules.New(st, now)
	a.reports = screening.New(st, now)
	return a, nil
}

func (a *application) close() error { return a.engine.Close() }

// casework is the use cases on a case, which seal numbers.
func (a *application) casework(ring *seal.Ring) *casework.Service {
	return casework.New(a.store, ring, a.validate, a.now)
}

// seed adds what every store needs and has not: the default policy and the calendar of the years
// that were announced.
func (a *application) seed(ctx context.Context) error {
	_, err := a.store.Policy(ctx, "", 1)
	if store.IsNotFound(err) {
		err = ignoreTaken(a.store.InsertPolicy(ctx, models.DefaultPolicy(time.Date(2000, 1, 1, 0, 0, 0, 0, workday.Zone).UTC())))
	}
	if err != nil {
		return fmt.Errorf("seed the default policy: %w", err)
	}
	_, err = a.store.RiskPolicy(ctx, "", 1)
	if store.IsNotFound(err) {
		err = ignoreTaken(a.store.InsertRiskPolicy(ctx, models.DefaultRiskPolicy(time.Date(2000, 1, 1, 0, 0, 0, 0, workday.Zone).UTC())))
	}
	if err != nil {
		return fmt.Errorf("seed the default risk policy: %w", err)
	}
	kept, err := a.store.CalendarYears(ctx)
	if err != nil {
		return fmt.Errorf("seed the calendar: %w", err)
	}
	have := map[int]bool{}
	for _, y := range kept {
		have[y.Year] = true
	}
	for _, y := range workday.Official() {
		if have[y.Year] {
			continue
		}
		if err := ignoreTaken(a.store.InsertCalendarYear(ctx, y)); err != nil {
			return fmt.Errorf("seed the calendar of %d: %w", y.Year, err)
		}
	}
	return nil
}

// ignoreTaken lets another process have been first.
func ignoreTaken(err error) error {
	if store.IsDuplicate(err, "_id") {
		return nil
	}
	return err
}

// work is what the jobs do.
func (a *application) work() jobs.Work {
	return jobs.Work{
		Sweep:    a.sweeper.Run,
		Reports:  func(ctx context.Context, _ time.Time) (int, error) { return a.reports.BuildMissing(ctx, nil) },
		Checks:   a.reports.BuildChecks,
		Remind:   a.reports.Remind,
		Sessions: a.accounts.DropExpired,
		Recount:  a.rules.Recount,
		Risk:     a.rescore,
		Clusters: func(ctx context.Context) (string, error) {
			did, err := a.unsealed().FollowClusters(ctx)
			return fmt.Sprintf("写入决定%d起，一并办理%d件", did.Applied, did.Told), err
		},
	}
}

// unsealed is the use cases that open and seal no numbers: they do without the keys.
func (a *application) unsealed() *casework.Service { return a.casework(nil) }

// rescore assesses anew what is due, and looks for group disputes.
func (a *application) rescore(ctx context.Context, now time.Time) (string, error) {
	since, err := jobs.LastDone(ctx, a.store, jobs.Risk)
	if err != nil {
		return "", err
	}
	scored, err1 := a.sweeper.Rescore(ctx, now, since)
	found, err2 := a.unsealed().GatherClusters(ctx)
	return fmt.Sprintf("检查%d件，重新评估%d件；提请确认群体性纠纷%d起", scored.Looked, scored.Changed, found), errors.Join(err1, err2)
}

// holder names this process among those that share a store.
func holder() string {
	host, err := os.Hostname()
	if err != nil {
		host = "unknown"
	}
	return fmt.Sprintf("%s/%d", host, os.Getpid())
}
