package store

import (
	"context"
	"fmt"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"

	"fengqiao/models"
	"fengqiao/pkg/docstore"
)

// course is as much of a case as the trial of a policy asks of it: a tenth of the document. Many are
// read for one trial, and most of their time goes into decoding.
type course struct {
	ID     bson.ObjectID `bson:"_id"`
	Number *struct {
		Text string `bson:"text"`
	} `bson:"number"`
	Place    models.Place       `bson:"place"`
	Type     models.DisputeType `bson:"type"`
	Title    string             `bson:"title"`
	Conflict struct {
		Exists bool `bson:"exists"`
	} `bson:"conflict"`
	LoggedAt time.Time     `bson:"loggedAt"`
	Stages   []courseStage `bson:"stages"`
	Timeline []courseEvent `bson:"timeline"`
}

type courseStage struct {
	Level    string         `bson:"level"`
	Office   models.Office  `bson:"office"`
	Opened   time.Time      `bson:"opened"`
	Received *time.Time     `bson:"received"`
	Closed   *time.Time     `bson:"closed"`
	Outcome  models.Outcome `bson:"outcome"`
	Reason   models.Reason  `bson:"reason"`
	Clocks   []struct {
		Pauses      []models.Pause      `bson:"pauses"`
		Adjustments []models.Adjustment `bson:"adjustments"`
	} `bson:"clocks"`
}

type courseEvent struct {
	At    time.Time `bson:"at"`
	After struct {
		Risk models.RiskLevel `bson:"risk"`
	} `bson:"after"`
}

func (d *course) fill() *models.Case {
	c := &models.Case{ID: d.ID, Place: d.Place, Type: d.Type, Title: d.Title, LoggedAt: d.LoggedAt}
	c.Conflict.Exists = d.Conflict.Exists
	if d.Number != nil {
		c.Number = &models.CaseNumber{Text: d.Number.Text}
	}
	for _, s := range d.Stages {
		stage := models.Stage{Level: s.Level, Office: s.Office, Opened: s.Opened, Received: s.Received, Closed: s.Closed, Outcome: s.Outcome, Reason: s.Reason}
		for _, clock := range s.Clocks {
			stage.Clocks = append(stage.Clocks, models.Clock{Pauses: clock.Pauses, Adjustments: clock.Adjustments})
		}
		c.Stages = append(c.Stages, stage)
	}
	for _, e := range d.Timeline {
		c.Timeline = append(c.Timeline, models.Event{At: e.At, After: models.Position{Risk: e.After.Risk}})
	}
	return c
}

// logged are the conditions for the cases of a township that were logged in [from, before) and stand
// in some states.
func logged(township string, from, before time.Time, states ...string) []docstore.Condition {
	return []docstore.Condition{
		docstore.Equal("place.township", township), docstore.In("state", states...), docstore.AtLeast("loggedAt", from), docstore.Below("loggedAt", before),
	}
}

// CountLogged counts the cases of a township that were logged in [from, before).
func (s *Store) CountLogged(ctx context.Context, township string, from, before time.Time) (int64, error) {
	var states []string
	for _, state := range models.States() {
		states = append(states, state.Code)
	}
	groups, err := s.cases.Tally(ctx, docstore.Grouping{Index: "township", Filter: logged(township, from, before, states...)})
	if err != nil {
		return 0, told(err, "纠纷")
	}
	var n int64
	for _, g := range groups {
		n += g.Count
	}
	return n, nil
}

// LoggedCourses calls visit once with the course of every case of a township that was logged in
// [from, before): what it is called and where it lies, its type, and of each stage and event only what
// its deadline and its risk depend on. Nothing of it may be written back. The order is no promise.
func (s *Store) LoggedCourses(ctx context.Context, township string, from, before time.Time, visit func(*models.Case) error) error {
	// From the first state to the last: a case that goes on meanwhile goes forward through them, and is
	// recognised where it comes again.
	seen := map[bson.ObjectID]bool{}
	for _, state := range models.States() {
		query := docstore.Query{Index: "township", Filter: logged(township, from, before, state.Code), Order: "loggedAt", Limit: 500}
		for {
			found, err := s.cases.Raws(ctx, query)
			if err != nil {
				return told(err, "纠纷")
			}
			var last course
			for _, raw := range found {
				last = course{}
				if err := bson.Unmarshal(raw, &last); err != nil {
					return fmt.Errorf("decode the course of a case: %w", err)
				}
				if seen[last.ID] {
					continue
				}
				seen[last.ID] = true
				if err := visit(last.fill()); err != nil {
					return err
				}
			}
			if len(found) < query.Limit {
				break
			}
			query.After = &docstore.Cursor{Value: last.LoggedAt, ID: last.ID}
		}
	}
	return nil
}
