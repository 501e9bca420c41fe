package store

import (
	"context"
	"fmt"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"

	"fengqiao/models"
	"fengqiao/pkg/docstore"
)

// courseOf takes out of a stored case as much as the trial of a policy asks of it, a tenth of the
// document. Many are read for one trial, and decoding them whole would take most of its time.
func courseOf(raw bson.Raw) (*models.Case, error) {
	r := courseReader{}
	c := &models.Case{
		ID: field(&r, raw, "_id", bson.RawValue.ObjectIDOK), Type: models.DisputeType(r.text(raw, "type")), Title: r.text(raw, "title"), LoggedAt: r.time(raw, "loggedAt"),
	}
	place := r.document(raw, "place")
	c.Place = models.Place{Township: r.text(place, "township"), Village: r.text(place, "village"), TownshipName: r.text(place, "townshipName"), VillageName: r.text(place, "villageName")}
	c.Conflict.Exists = field(&r, r.document(raw, "conflict"), "exists", bson.RawValue.BooleanOK)
	if subtype, err := raw.LookupErr("subtype"); err == nil {
		c.Subtype = subtype.StringValue()
	}
	if number, err := raw.LookupErr("number", "text"); err == nil {
		c.Number = &models.CaseNumber{Text: number.StringValue()}
	}
	for _, stage := range r.items(raw, "stages") {
		s := models.Stage{
			Level: r.text(stage, "level"), Office: models.Office{Region: r.text(r.document(stage, "office"), "region")},
			Opened: r.time(stage, "opened"), Received: r.moment(stage, "received"), Closed: r.moment(stage, "closed"),
		}
		if s.Closed != nil {
			s.Outcome = models.Outcome(r.text(stage, "outcome"))
		}
		if reason, err := stage.LookupErr("reason"); err == nil {
			s.Reason = models.Reason(reason.StringValue())
		}
		for _, clock := range r.items(stage, "clocks") {
			s.Clocks = append(s.Clocks, models.Clock{
				DueAt: r.time(clock, "dueAt"), Days: int(field(&r, clock, "days", bson.RawValue.AsInt64OK)),
				Pauses: decoded[models.Pause](&r, clock, "pauses"), Adjustments: decoded[models.Adjustment](&r, clock, "adjustments"),
			})
		}
		c.Stages = append(c.Stages, s)
	}
	for _, event := range r.items(raw, "timeline") {
		c.Timeline = append(c.Timeline, models.Event{
			At: r.time(event, "at"), Action: models.Action(r.text(event, "action")), After: models.Position{Risk: models.RiskLevel(r.text(r.document(event, "after"), "risk"))},
		})
	}
	return c, r.err
}

// courseReader reads single fields of documents. The first one that is not as it should be is its error.
type courseReader struct{ err error }

// field reads one field by the way to read its type.
func field[T any](r *courseReader, raw bson.Raw, name string, read func(bson.RawValue) (T, bool)) T {
	v, err := raw.LookupErr(name)
	if err == nil {
		if out, ok := read(v); ok {
			return out
		}
	}
	if r.err == nil {
		r.err = fmt.Errorf("a stored case has no such field: %s", name)
	}
	var none T
	return none
}

func (r *courseReader) text(raw bson.Raw, name string) string {
	return field(r, raw, name, bson.RawValue.StringValueOK)
}

func (r *courseReader) time(raw bson.Raw, name string) time.Time {
	return time.UnixMilli(field(r, raw, name, bson.RawValue.DateTimeOK)).UTC()
}

func (r *courseReader) document(raw bson.Raw, name string) bson.Raw {
	return field(r, raw, name, bson.RawValue.DocumentOK)
}

// moment is a time that may be missing.
func (r *courseReader) moment(raw bson.Raw, name string) *time.Time {
	if _, err := raw.LookupErr(name); err != nil {
		return nil
	}
	at := r.time(raw, name)
	return &at
}

// items are the documents of an array.
func (r *courseReader) items(raw bson.Raw, name string) []bson.Raw {
	values, err := field(r, raw, name, bson.RawValue.ArrayOK).Values()
	if err != nil && r.err == nil {
		r.err = fmt.Errorf("%s of a stored case: %w", name, err)
	}
	out := make([]bson.Raw, len(values))
	for i, v := range values {
		out[i] = v.Value
	}
	return out
}

// decoded are the documents of an array that is mostly empty, whole.
func decoded[T any](r *courseReader, raw bson.Raw, name string) []T {
	var out []T
	for _, item := range r.items(raw, name) {
		var one T
		if err := bson.Unmarshal(item, &one); err != nil && r.err == nil {
			r.err = fmt.Errorf("decode %s of a case: %w", name, err)
		}
		out = append(out, one)
	}
	return out
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
// [from, before): what it is called and where it lies, its type, its stages with what their deadlines
// depend on, and each event with the risk after it. Nothing of it may be written back. The order is no promise.
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
			var last *models.Case
			for _, raw := range found {
				if last, err = courseOf(raw); err != nil {
					return err
				}
				if seen[last.ID] {
					continue
				}
				seen[last.ID] = true
				if err := visit(last); err != nil {
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
