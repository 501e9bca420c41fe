package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"fengqiao/models"
	"fengqiao/pkg/demo"
	"fengqiao/pkg/rules"
	"fengqiao/pkg/workday"
)

// tried is a dry run of a stricter policy over the cases of one year.
type tried struct {
	Cases    int           `json:"cases"`
	Differ   int           `json:"differ"` // would have gone up on another day, or only by one of the two
	Took     time.Duration `json:"took"`
	Resident int64         `json:"residentKiB"`
	Peak     int64         `json:"peakKiB"`
}

// trialDiffer is how many of the cases that differ the rules page lists.
const trialDiffer = 300

// trial loads a year's cases, that of the whole year before end, and tries a policy on them in a process
// of its own.
func (c *benchCommand) trial(ctx context.Context, t *terminal, r *results, data string, end time.Time) error {
	advance, finish := t.progress(fmt.Sprintf("装入一年%d件", c.Large), c.Large)
	load := func(l *demo.Loader) error { return l.LoadYear(ctx, trialYear(end), c.Large, advance) }
	err := withLoader(ctx, fileSite(data), end, demo.NewLoader, load)
	finish()
	if err != nil {
		return err
	}
	if err := c.call(ctx, t, &r.Trial, "trial", data, end); err != nil {
		return err
	}
	if r.Trial.Cases != c.Large {
		return fmt.Errorf("the dry run looked at %d of %d", r.Trial.Cases, c.Large)
	}
	return nil
}

func trialYear(end time.Time) int { return workday.OfTime(end).Year - 1 }

// measureTrial tries the policy in force against one with half the days, as the rules page does.
func measureTrial(ctx context.Context, data string, end time.Time) (m tried, err error) {
	a, _, err := openBench(ctx, fileSite(data), end)
	if err != nil {
		return m, err
	}
	defer func() { err = errors.Join(err, a.close()) }()
	inForce, err := a.store.PolicyInForce(ctx, demo.LoadCounty, end)
	if err != nil {
		return m, err
	}
	stricter := models.DefaultPolicy(end)
	for i := range stricter.Rules {
		stricter.Rules[i].Days = (stricter.Rules[i].Days + 1) / 2
	}
	begun := time.Now()
	trial, err := a.rules.Try(ctx, rules.TrialQuery{County: demo.LoadCounty, Year: trialYear(end), With: stricter, Against: inForce, Most: trialDiffer})
	if err != nil {
		return m, err
	}
	m.Took, m.Cases, m.Differ = time.Since(begun), trial.Cases, trial.More+trial.Fewer+trial.Moved
	m.Resident, m.Peak, err = memory()
	return m, err
}

// trialLines holds the figures of the dry run against their targets.
func (r *results) trialLines() []line {
	m := &r.Trial
	each := float64(m.Took) / float64(max(m.Cases, 1))
	return []line{
		{Name: fmt.Sprintf("试算一年%d件（%d件结果不同），折合20万件", m.Cases, m.Differ), Large: short(m.Took), Figure: each * 200_000 / float64(time.Second), Unit: "s", Most: 10},
		{Name: "试算的内存峰值", Large: fmt.Sprintf("%d MiB", m.Peak>>10), Figure: float64(m.Peak) / 1024, Unit: "MiB", Most: 200},
	}
}
