package models

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"fengqiao/pkg/docstore"
)

// SubsidyPeriod is a month or a quarter: 2026-10, 2026-Q4.
type SubsidyPeriod struct {
	Key    string
	Name   string    // 2026年10月, 2026年第4季度
	From   time.Time // its first moment
	Before time.Time // the first moment after it
}

// SubsidyPeriodOf is the period in which a moment lies.
func SubsidyPeriodOf(every SubsidyEvery, at time.Time) SubsidyPeriod {
	at = at.In(zone)
	if every == SettleQuarterly {
		n := (int(at.Month()) - 1) / 3
		from := time.Date(at.Year(), time.Month(3*n+1), 1, 0, 0, 0, 0, zone)
		return SubsidyPeriod{fmt.Sprintf("%04d-Q%d", at.Year(), n+1), fmt.Sprintf("%d年第%d季度", at.Year(), n+1), from.UTC(), from.AddDate(0, 3, 0).UTC()}
	}
	from := time.Date(at.Year(), at.Month(), 1, 0, 0, 0, 0, zone)
	return SubsidyPeriod{from.Format("2006-01"), from.Format("2006年1月"), from.UTC(), from.AddDate(0, 1, 0).UTC()}
}

// ParseSubsidyPeriod reads the key of a period; false for what is none.
func ParseSubsidyPeriod(key string) (SubsidyPeriod, bool) {
	if year, quarter, ok := strings.Cut(key, "-Q"); ok {
		y, err1 := strconv.Atoi(year)
		q, err2 := strconv.Atoi(quarter)
		p := SubsidyPeriodOf(SettleQuarterly, time.Date(y, time.Month(3*q-2), 1, 0, 0, 0, 0, zone))
		return p, err1 == nil && err2 == nil && p.Key == key
	}
	at, err := time.ParseInLocation("2006-01", key, zone)
	return SubsidyPeriodOf(SettleMonthly, at), err == nil
}

// SubsidySheet is the 补贴结算表 of a township and period. Until it is closed its lines follow the files;
// from then on nothing in it changes: what is put right later is a line of its own on a later sheet.
type SubsidySheet struct {
	ID            string `bson:"_id"` // township/2026-10
	docstore.Head `bson:",inline"`
	Township      string        `bson:"township"`
	Period        string        `bson:"period"`
	StartsAt      time.Time     `bson:"startsAt"` // of the period; periods are put in order by it
	Lines         []SubsidyLine `bson:"lines"`
	// Unpaid are the closed files that are not paid, with why. They are kept as they stood at closing.
	Unpaid   []SubsidyUnpaid `bson:"unpaid"`
	ClosedAt *time.Time      `bson:"closedAt,omitempty"`
	ClosedBy *Actor          `bson:"closedBy,omitempty"`
}

// SubsidySheetID is the id of a township's sheet of a period.
func SubsidySheetID(township, period string) string { return township + "/" + period }

func (s *SubsidySheet) DocID() any { return s.ID }

// SubsidyLineKind says how a line came onto a sheet.
type SubsidyLineKind string

const (
	LineOwn   SubsidyLineKind = "own"   // the file was closed in the period
	LineLate  SubsidyLineKind = "late"  // 补报: it was closed in a period whose sheet is closed, and became complete since
	LineAgain SubsidyLineKind = "again" // 重新审核: it was refused on a closed sheet
	LineBack  SubsidyLineKind = "back"  // 追回: it was approved on a closed sheet, and should not have been
)

// SubsidyLineKinds lists them.
func SubsidyLineKinds() []Choice {
	return []Choice{{string(LineOwn), "本期"}, {string(LineLate), "补报"}, {string(LineAgain), "重新审核"}, {string(LineBack), "追回"}}
}

// What may be decided of a line.
const (
	SubsidyApproved = "approved"
	SubsidyRefused  = "refused"
)

// SubsidyDecisions lists them.
func SubsidyDecisions() []Choice {
	return []Choice{{SubsidyApproved, "核准"}, {SubsidyRefused, "不予核准"}}
}

// SubsidyLine is one file on a sheet, as it stood when the sheet was written. It carries the mediators
// as the file names them, for the voucher; nothing is added up or put in order by them.
type SubsidyLine struct {
	Key       string          `bson:"key"` // unique on the sheet
	Case      string          `bson:"case"`
	Number    string          `bson:"number"`
	Order     string          `bson:"order"` // by which numbers are put in order
	Village   string          `bson:"village"`
	Place     string          `bson:"place"` // its name
	Committee string          `bson:"committee"`
	Type      DisputeType     `bson:"type"`
	Result    SubsidyResult   `bson:"result"`
	Mediators []string        `bson:"mediators"`
	ClosedOn  string          `bson:"closedOn"`
	Table     string          `bson:"table"` // id of the version that it was worked out by
	Row       string          `bson:"row"`
	Grade     string          `bson:"grade"`
	AmountFen int64           `bson:"amountFen"` // below zero where it is taken back
	Working   string          `bson:"working"`
	Kind      SubsidyLineKind `bson:"kind"`
	Of        string          `bson:"of,omitempty"` // period of the sheet that the line adds to

	State  string     `bson:"state,omitempty"` // one of SubsidyDecisions, "" until then
	Reason string     `bson:"reason,omitempty"`
	By     *Actor     `bson:"by,omitempty"`
	At     *time.Time `bson:"at,omitempty"`
}

// SubsidyUnpaid is a closed file that is not paid.
type SubsidyUnpaid struct {
	Case    string   `bson:"case"`
	Number  string   `bson:"number"`
	Order   string   `bson:"order"`
	Village string   `bson:"village"`
	Place   string   `bson:"place"`
	Missing []string `bson:"missing"` // papers; empty where it is for another reason
	Why     string   `bson:"why,omitempty"`
	Of      string   `bson:"of,omitempty"`
}

// SubsidyClaim says on which sheet a file is paid. Its id is that of the case: a file is paid once, ever,
// whoever approves it where and when.
type SubsidyClaim struct {
	Case          string `bson:"_id"`
	docstore.Head `bson:",inline"`
	Key           string `bson:"case"` // the id again, to find many at once
	Sheet         string `bson:"sheet"`
	Back          string `bson:"back,omitempty"` // the sheet on which it was taken back
}

func (c *SubsidyClaim) DocID() any { return c.Case }

// SubsidyTotal is what a committee gets, and for how many files. What is taken back lowers the sum.
type SubsidyTotal struct {
	Committee string
	Files     int
	AmountFen int64
}

// Line is the one of a key, nil for none. It points into the sheet.
func (s *SubsidySheet) Line(key string) *SubsidyLine {
	if i := slices.IndexFunc(s.Lines, func(l SubsidyLine) bool { return l.Key == key }); i >= 0 {
		return &s.Lines[i]
	}
	return nil
}

// Follow puts the lines as they are worked out now in the place of those of an open sheet. A decision
// stays with a line that is still the same; one of another amount is to be decided anew. Lines that
// add to closed sheets by hand stay.
func (s *SubsidySheet) Follow(lines []SubsidyLine, unpaid []SubsidyUnpaid) {
	var kept []SubsidyLine
	for _, line := range lines {
		if was := s.Line(line.Key); was != nil && was.same(&line) {
			line.State, line.Reason, line.By, line.At = was.State, was.Reason, was.By, was.At
		}
		kept = append(kept, line)
	}
	for _, line := range s.Lines {
		again := line.Kind == LineAgain && !slices.ContainsFunc(lines, func(l SubsidyLine) bool { return l.Case == line.Case })
		if again || line.Kind == LineBack {
			kept = append(kept, line)
		}
	}
	slices.SortFunc(kept, func(a, b SubsidyLine) int {
		return cmp.Or(cmp.Compare(a.Committee, b.Committee), cmp.Compare(a.Order, b.Order), cmp.Compare(a.Key, b.Key))
	})
	slices.SortFunc(unpaid, func(a, b SubsidyUnpaid) int {
		return cmp.Or(cmp.Compare(a.Order, b.Order), cmp.Compare(a.Case, b.Case))
	})
	s.Lines, s.Unpaid = kept, unpaid
}

// same says whether a decision on one line is one on the other.
func (l *SubsidyLine) same(o *SubsidyLine) bool {
	return l.AmountFen == o.AmountFen && l.Row == o.Row && l.Grade == o.Grade && l.Result == o.Result && l.Committee == o.Committee && l.Kind == o.Kind && l.Of == o.Of
}

// Undecided is how many lines wait for a decision.
func (s *SubsidySheet) Undecided() int {
	n := 0
	for i := range s.Lines {
		if s.Lines[i].State == "" {
			n++
		}
	}
	return n
}

// Totals is what each committee gets by the approved lines, in the order of the lines, and all together.
func (s *SubsidySheet) Totals() (each []SubsidyTotal, all SubsidyTotal) {
	for i := range s.Lines {
		l := &s.Lines[i]
		if l.State != SubsidyApproved {
			continue
		}
		n := slices.IndexFunc(each, func(t SubsidyTotal) bool { return t.Committee == l.Committee })
		if n < 0 {
			each = append(each, SubsidyTotal{Committee: l.Committee})
			n = len(each) - 1
		}
		for _, t := range []*SubsidyTotal{&each[n], &all} {
			if l.Kind != LineBack {
				t.Files++
			}
			t.AmountFen += l.AmountFen
		}
	}
	return each, all
}

// Within is the part of a sheet that is about one village; a township gets all of it.
func (s *SubsidySheet) Within(scope Scope) *SubsidySheet {
	out := *s
	out.Lines, out.Unpaid = nil, nil
	for _, l := range s.Lines {
		if scope.Covers(l.Village) {
			out.Lines = append(out.Lines, l)
		}
	}
	for _, u := range s.Unpaid {
		if scope.Covers(u.Village) {
			out.Unpaid = append(out.Unpaid, u)
		}
	}
	return &out
}

// Pays says whether a file is approved on the sheet.
func (s *SubsidySheet) Pays(id string) bool {
	return slices.ContainsFunc(s.Lines, func(l SubsidyLine) bool {
		return l.Case == id && l.Kind != LineBack && l.State == SubsidyApproved
	})
}
