package escalation

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"

	"fengqiao/models"
	"fengqiao/pkg/store"
	"fengqiao/pkg/workday"
)

// Outlook is what the clock will do to the cases of a place until a moment, if nobody does anything
// before: by day, and by office.
type Outlook struct {
	From, Until time.Time
	Days        []OutlookDay    // every day from the first to the last, also one on which nothing comes
	Offices     []OutlookOffice // those that something concerns, by place and from the lowest level up
	Total       OutlookCounts
	Broken      int // cases whose rules cannot be worked out; the sweep names them

	most    int // kept of each day
	offices map[string]*OutlookOffice
}

// OutlookDay is one day.
type OutlookDay struct {
	Day    workday.Date
	Items  []OutlookItem // the earliest first; not all of them where they are many
	Counts OutlookCounts
}

// More is how many steps of the day are counted and not listed.
func (d *OutlookDay) More() int { return d.Counts.All() - len(d.Items) }

// OutlookItem is one step and the case it is about.
type OutlookItem struct {
	Coming
	ID      bson.ObjectID
	Number  string
	Title   string
	Village string // with its township
}

// OutlookOffice is what concerns one office.
type OutlookOffice struct {
	Office models.Office
	OutlookCounts
	Incoming int // cases that will be handed up to it
}

// OutlookCounts are steps by their kind.
type OutlookCounts struct{ Warn, Move, Tell, Resume, Urge, Remind int }

func (n *OutlookCounts) add(step Step) {
	switch step {
	case Warn:
		n.Warn++
	case Move:
		n.Move++
	case Tell:
		n.Tell++
	case Resume:
		n.Resume++
	case Urge:
		n.Urge++
	case Remind:
		n.Remind++
	}
}

// All is how many steps there are in all.
func (n OutlookCounts) All() int { return n.Warn + n.Move + n.Tell + n.Resume + n.Urge + n.Remind }

// NewOutlook makes an empty outlook that keeps at most so many steps of each day.
func NewOutlook(from, until time.Time, most int) *Outlook {
	o := &Outlook{From: from, Until: until, most: most, offices: map[string]*OutlookOffice{}}
	last := workday.OfTime(until)
	for day := workday.OfTime(from); !last.Before(day); day = day.AddDays(1) {
		o.Days = append(o.Days, OutlookDay{Day: day})
	}
	return o
}

// Add takes up what comes to one case. Only that is counted which concerns an office, "" for any.
func (o *Outlook) Add(c *models.Case, list []Coming, office string) {
	for _, coming := range list {
		if office != "" && coming.From.ID != office && coming.To.ID != office {
			continue
		}
		day := workday.OfTime(coming.At)
		i := slices.IndexFunc(o.Days, func(d OutlookDay) bool { return d.Day == day })
		if i < 0 {
			continue
		}
		item := OutlookItem{Coming: coming, ID: c.ID, Number: c.NumberText(), Title: c.Title, Village: c.Place.TownshipName + c.Place.VillageName}
		o.Days[i].Counts.add(coming.Step)
		o.Days[i].keep(item, o.most)
		o.Total.add(coming.Step)
		o.office(coming.From).add(coming.Step)
		if coming.Step == Move {
			o.office(coming.To).Incoming++
		}
	}
}

// keep puts an item in its place among the first of the day.
func (d *OutlookDay) keep(item OutlookItem, most int) {
	at, _ := slices.BinarySearchFunc(d.Items, item, func(a, b OutlookItem) int {
		return cmp.Or(a.At.Compare(b.At), weight(a.Step)-weight(b.Step), strings.Compare(a.From.ID, b.From.ID), strings.Compare(a.ID.Hex(), b.ID.Hex()))
	})
	if at == most {
		return
	}
	d.Items = slices.Insert(d.Items, at, item)
	d.Items = d.Items[:min(len(d.Items), most)]
}

// weight puts what is graver first.
func weight(step Step) int { return slices.Index([]Step{Urge, Move, Tell, Resume, Warn, Remind}, step) }

func (o *Outlook) office(of models.Office) *OutlookOffice {
	known := o.offices[of.ID]
	if known == nil {
		known = &OutlookOffice{Office: of}
		o.offices[of.ID] = known
	}
	return known
}

// finish puts the offices in order: those of a place stand behind the place around it, so that a
// township is followed by its villages.
func (o *Outlook) finish() *Outlook {
	o.Offices = o.Offices[:0]
	for _, office := range o.offices {
		o.Offices = append(o.Offices, *office)
	}
	slices.SortFunc(o.Offices, func(a, b OutlookOffice) int { return strings.Compare(a.Office.ID, b.Office.ID) })
	return o
}

// OutlookQuery says of which cases an outlook is made. Place is a code inside the scope, "" for all of
// it; Office the id of an office that has the case or gets it, "" for any.
type OutlookQuery struct {
	Place, Office string
	Most          int // kept of each day
}

// outlookBatch is how many cases are read together.
const outlookBatch = 250

// LookAhead makes the outlook of a part of the scope.
func LookAhead(ctx context.Context, st *store.Store, scope models.Scope, query OutlookQuery, now, until time.Time) (*Outlook, error) {
	out := NewOutlook(now, until, query.Most)
	book := newRulebook(st, now)
	seen := map[bson.ObjectID]bool{} // a case that moves meanwhile comes again, later
	var after *models.Case
	for {
		page, err := st.CasesComing(ctx, scope, query.Place, until, after, outlookBatch)
		if err != nil {
			return nil, err
		}
		for _, c := range page {
			if seen[c.ID] {
				continue
			}
			seen[c.ID] = true
			rules, err := book.of(ctx, c)
			if err != nil && ctx.Err() != nil {
				return nil, err
			}
			var list []Coming
			if err == nil {
				list, err = rules.Foresee(c, now, until)
			}
			if err != nil {
				out.Broken++
				continue
			}
			out.Add(c, list, query.Office)
		}
		if len(page) < outlookBatch {
			return out.finish(), nil
		}
		after = page[len(page)-1]
	}
}
