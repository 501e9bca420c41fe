package store

import (
	"context"
	"sync"
	"time"

	"fengqiao/pkg/docstore"
	"fengqiao/pkg/workday"
)

// inForce finds the version of a county's policy that holds at a moment, and reads it once a day.
//
// A version takes effect at the beginning of a day after the one on which it is published, by whatever
// process, so that what holds in the morning holds until midnight. Without this, every step of a case
// would read the store several times more.
type inForce[T any, D interface {
	*T
	docstore.Document
}] struct {
	kept docstore.Collection[T, D]
	days sync.Map // county → heldOn[D]
}

type heldOn[D any] struct {
	day     workday.Date
	version D
}

// onItsWay is how long after midnight nothing is remembered: what was published just before may not
// have been written yet.
const onItsWay = 15 * time.Minute

// at returns the county's own latest version that has taken effect, else the latest for every county,
// nil where there is none. It is shared: nobody may change it.
func (f *inForce[T, D]) at(ctx context.Context, county string, now time.Time) (D, error) {
	today := workday.OfTime(now)
	if known, ok := f.days.Load(county); ok && known.(heldOn[D]).day == today {
		return known.(heldOn[D]).version, nil
	}
	for _, of := range []string{county, ""} {
		found, err := f.kept.Find(ctx, docstore.Query{
			Index:  "county",
			Filter: []docstore.Condition{docstore.Equal("county", of), docstore.AtMost("effectiveFrom", now)},
			Order:  "effectiveFrom", Desc: true, Limit: 1,
		})
		if err != nil {
			return nil, err
		}
		if len(found) > 0 {
			if now.Sub(today.Start()) > onItsWay {
				f.days.Store(county, heldOn[D]{today, found[0]})
			}
			return found[0], nil
		}
	}
	return nil, nil
}

// insert adds a version.
func (f *inForce[T, D]) insert(ctx context.Context, version D) error {
	defer f.days.Clear()
	return f.kept.Insert(ctx, version)
}
