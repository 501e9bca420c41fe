package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"time"
)

// benchCommand measures the system on stores that it makes and removes. Times are given as ratios,
// because they depend on the machine and its disk; each ratio is of one run.
type benchCommand struct {
	Small int    `help:"小库案件数。" default:"10000"`
	Large int    `help:"大库案件数。" default:"200000"`
	Open  int    `help:"测到期检查的库里未结案件数。" default:"200000"`
	Only  string `help:"只测一部分：create 是登记，store 是小库和大库，sweep 是到期检查，trial 是规则试算。" enum:"all,create,store,sweep,trial" default:"all"`
	Quick bool   `help:"只走一遍流程：小库1500件，大库3000件，少量重复；数字不作数。"`
	Dir   string `help:"临时数据放在此目录下。" placeholder:"DIR"`
	JSON  bool   `name:"json" help:"输出 JSON。"`

	// What the command calls itself with: each part is measured in a process of its own, so that
	// its memory is its own.
	Part string    `hidden:"" enum:"all,create,measure,sweep,sweepread,trial" default:"all"`
	Data string    `hidden:""`
	End  time.Time `hidden:"" format:"2006-01-02T15:04:05Z07:00"`
}

// effort is how often things are repeated.
type effort struct {
	rounds, creates, creates1 int // of creating: rounds, cases with many clients, with one
	reads, sweeps, due        int
	dueMany                   int           // of the large sweep
	rest                      time.Duration // for so long pages are read without one
}

func (c *benchCommand) effort() effort {
	if c.Quick {
		return effort{rounds: 1, creates: 96, creates1: 16, reads: 5, sweeps: 2, due: 100, dueMany: 600, rest: 200 * time.Millisecond}
	}
	return effort{rounds: 7, creates: 1_600, creates1: 400, reads: 60, sweeps: 25, due: 1_000, dueMany: 20_000, rest: 8 * time.Second}
}

// Run measures everything, or the one part it was called for.
func (c *benchCommand) Run(ctx context.Context, t *terminal) error {
	if c.Quick {
		c.Small, c.Large, c.Open = 1_500, 3_000, 2_000
	}
	switch c.Part {
	case "create":
		return c.runPart(t, func() (any, error) { return measureCreating(ctx, c.Data, c.effort()) })
	case "sweep", "sweepread":
		return c.runPart(t, func() (any, error) {
			return measureLargeSweep(ctx, c.Data, c.End, c.effort(), c.Part == "sweepread")
		})
	case "trial":
		return c.runPart(t, func() (any, error) { return measureTrial(ctx, c.Data, c.End) })
	case "measure":
		return c.runPart(t, func() (any, error) { return measureStore(ctx, c.Data, c.End, c.effort()) })
	}
	return c.all(ctx, t)
}

func (c *benchCommand) runPart(t *terminal, measure func() (any, error)) error {
	result, err := measure()
	if err != nil {
		return err
	}
	return t.json(result)
}

func (c *benchCommand) all(ctx context.Context, t *terminal) (err error) {
	work, err := os.MkdirTemp(c.Dir, "fengqiao-bench-")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(work)) }()
	var r results
	var lines []line
	end := time.Now().UTC().Truncate(time.Second)
	for _, x := range []struct {
		name    string
		measure func(context.Context, *terminal, *results, string, time.Time) error
		lines   func() []line
	}{{"create", c.creating, r.createLines}, {"store", c.growing, r.storeLines}, {"sweep", c.largeSweep, r.sweepLines}, {"trial", c.trial, r.trialLines}} {
		if c.Only != "all" && c.Only != x.name {
			continue
		}
		data := filepath.Join(work, x.name)
		if err := errors.Join(x.measure(ctx, t, &r, data, end), os.RemoveAll(data)); err != nil {
			return err
		}
		lines = append(lines, x.lines()...)
	}
	return c.report(t, &r, judged(lines))
}

// creating measures logging cases through the API.
func (c *benchCommand) creating(ctx context.Context, t *terminal, r *results, data string, _ time.Time) error {
	return c.call(ctx, t, &r.Create, "create", data, time.Time{})
}

// growing measures the same things on a small and on a large store.
func (c *benchCommand) growing(ctx context.Context, t *terminal, r *results, work string, end time.Time) error {
	for _, side := range []struct {
		cases int
		into  *measured
		first *time.Duration
	}{{c.Small, &r.Small, &r.FirstPageSmall}, {c.Large, &r.Large, &r.FirstPageLarge}} {
		data := filepath.Join(work, fmt.Sprint(side.cases))
		advance, finish := t.progress(fmt.Sprintf("装入%d件", side.cases), side.cases)
		err := loadStore(ctx, fileSite(data), side.cases, end, advance)
		finish()
		if err != nil {
			return err
		}
		if *side.first, err = firstPage(ctx, data); err != nil {
			return err
		}
		if err := c.call(ctx, t, side.into, "measure", data, end); err != nil {
			return err
		}
	}
	return nil
}

// report prints what was measured.
func (c *benchCommand) report(t *terminal, r *results, lines []line) error {
	if c.JSON {
		return t.json(struct {
			results
			Lines []line `json:"lines"`
		}{*r, lines})
	}
	return r.print(t.out, lines, c.Small, c.Large)
}

// call measures one part in a process of its own.
func (c *benchCommand) call(ctx context.Context, t *terminal, into any, part, data string, end time.Time) error {
	self, err := os.Executable()
	if err != nil {
		return err
	}
	args := []string{"bench", "--part", part, "--data", data}
	if !end.IsZero() {
		args = append(args, "--end", end.Format(time.RFC3339))
	}
	if c.Quick {
		args = append(args, "--quick")
	}
	child := exec.CommandContext(ctx, self, args...)
	var out bytes.Buffer
	child.Stdout, child.Stderr = &out, t.err
	if err := child.Run(); err != nil {
		return fmt.Errorf("measure %s: %w", part, err)
	}
	return json.Unmarshal(out.Bytes(), into)
}

// firstPage starts the server on a store and waits for the login page: the time from the start of
// the process to the whole page.
func firstPage(ctx context.Context, data string) (took time.Duration, err error) {
	self, err := os.Executable()
	if err != nil {
		return 0, err
	}
	ctx, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	child := exec.CommandContext(ctx, self, "serve", "--data", data, "--addr", "127.0.0.1:0")
	out, err := child.StdoutPipe()
	if err != nil {
		return 0, err
	}
	begun := time.Now()
	if err := child.Start(); err != nil {
		return 0, err
	}
	defer func() {
		// It was asked to stop; that it was cut short in building old reports is no fault.
		_ = child.Process.Signal(syscall.SIGKILL)
		_ = child.Wait()
	}()
	words, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		return 0, fmt.Errorf("start the server: %w", err)
	}
	_, url, _ := strings.Cut(strings.TrimSpace(words), "http://")
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+url+"/login", nil)
	if err != nil {
		return 0, err
	}
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	response, err := client.Do(request)
	if err != nil {
		return 0, err
	}
	_, err = io.Copy(io.Discard, response.Body)
	if err = errors.Join(err, response.Body.Close()); err != nil {
		return 0, err
	}
	if response.StatusCode != http.StatusOK {
		return 0, fmt.Errorf("first page: %s", response.Status)
	}
	return time.Since(begun), nil
}
