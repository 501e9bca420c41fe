package screening

import (
	"time"

	"fengqiao/models"
	"fengqiao/pkg/workday"
)

// look is a case as it was at the end of a window. Everything a figure asks, it asks here; nothing
// here reads a field that may change after the window's end.
type look struct {
	c       *models.Case
	w       Window
	was, is models.Position // at the window's start and end
	existed bool            // logged before the start
	exists  bool            // logged before the end
	counted models.Counted  // what the case's own fields said at the end
	stages  []models.Stage  // opened before the end
	events  []models.Event  // in the window
}

func lookAt(c *models.Case, w Window) look {
	l := look{c: c, w: w, counted: c.CountedAt(w.End)}
	l.was, l.existed = c.PositionAt(w.Start)
	l.is, l.exists = c.PositionAt(w.End)
	for n := len(c.Stages); n > 0; n-- {
		if c.Stages[n-1].Opened.Before(w.End) {
			l.stages = c.Stages[:n]
			break
		}
	}
	first, last := 0, len(c.Timeline)
	for last > 0 && !c.Timeline[last-1].At.Before(w.End) {
		last--
	}
	for first = last; first > 0 && !c.Timeline[first-1].At.Before(w.Start); {
		first--
	}
	l.events = c.Timeline[first:last]
	return l
}

func (l *look) opening() bool { return l.existed && l.was.State.IsOpen() }

// opened is what came in: logged, or mediated again after it had been over at the start.
func (l *look) opened() bool {
	return l.exists && (!l.existed || !l.was.State.IsOpen() && l.did(models.ActionReopen))
}

func (l *look) pending() bool { return l.exists && l.is.State.IsOpen() }

// concluded is what makes the balance hold: it was open or came in, and is open no more.
func (l *look) concluded() bool { return (l.opening() || l.opened()) && !l.pending() }

// outcome is how the mediation ended that was concluded in the window, "" if none was. A case that
// failed and was then referred ended as failed.
func (l *look) outcome() models.Outcome {
	if s := l.stage(); s != nil && l.concluded() && l.ended(s) {
		return s.Outcome
	}
	return ""
}

// stage is the rung that has the case at the window's end, or had it when it was concluded.
func (l *look) stage() *models.Stage {
	if n := len(l.stages); n > 0 {
		return &l.stages[n-1]
	}
	return nil
}

// ended says whether a stage was closed in the window.
func (l *look) ended(s *models.Stage) bool { return s.Closed != nil && l.w.contains(*s.Closed) }

func seatOf(s *models.Stage) models.RegionKind { return models.RegionKindOf(s.Office.Region) }

// seat is the kind of place that has the case at the window's end.
func (l *look) seat() models.RegionKind {
	if s := l.stage(); s != nil {
		return seatOf(s)
	}
	return ""
}

// endedAs says whether any stage was closed in the window with an outcome.
func (l *look) endedAs(outcome models.Outcome) bool {
	for i := range l.stages {
		if s := &l.stages[i]; s.Outcome == outcome && l.ended(s) {
			return true
		}
	}
	return false
}

// handedUp says whether a stage was escalated in the window for a reason.
func (l *look) handedUp(reason models.Reason) bool {
	for i := range l.stages {
		if s := &l.stages[i]; s.Outcome == models.OutcomeEscalated && s.Reason == reason && l.ended(s) {
			return true
		}
	}
	return false
}

// leftUpward says whether the case was escalated in the window from one kind of place to another.
// Two rungs may sit at the same place (组 and 村): going from one to the other does not leave it.
func (l *look) leftUpward(from models.RegionKind) bool {
	for i := range l.stages {
		s := &l.stages[i]
		if s.Outcome == models.OutcomeEscalated && l.ended(s) && seatOf(s) == from && i+1 < len(l.stages) && seatOf(&l.stages[i+1]) != from {
			return true
		}
	}
	return false
}

// agreedAt says whether the case was concluded by an agreement at a kind of place.
func (l *look) agreedAt(seat models.RegionKind) bool {
	return l.outcome() == models.OutcomeAgreed && l.seat() == seat
}

// leftPlace says whether a kind of place was done with the case in the window: it was concluded
// there, or went up from there.
func (l *look) leftPlace(seat models.RegionKind) bool {
	return l.concluded() && l.seat() == seat || l.leftUpward(seat)
}

// beganAt is the kind of place where the case came in.
func (l *look) beganAt() models.RegionKind {
	if len(l.stages) == 0 {
		return ""
	}
	return seatOf(&l.stages[0])
}

// did says whether something was done to the case in the window.
func (l *look) did(action models.Action) bool {
	for i := range l.events {
		if l.events[i].Action == action {
			return true
		}
	}
	return false
}

func (l *look) closed() bool {
	return l.exists && l.is.State == models.Closed && (!l.existed || l.was.State != models.Closed || l.did(models.ActionReopen))
}

// overdue says whether the running deadline had passed by the window's last moment.
func (l *look) overdue() bool {
	return l.pending() && l.is.DueAt != nil && l.is.DueAt.Before(l.w.End)
}

// dueSoon says whether the running deadline ends within seven days after the window.
func (l *look) dueSoon() bool {
	return l.pending() && l.is.DueAt != nil && !l.overdue() && !l.is.DueAt.After(l.w.End.AddDate(0, 0, 7))
}

// paused says whether the clock stood still at the window's end.
func (l *look) paused() bool {
	s := l.stage()
	if s == nil || !l.pending() {
		return false
	}
	for i := range s.Clocks {
		for _, p := range s.Clocks[i].Pauses {
			if p.From.Before(l.w.End) && (p.Until == nil || !p.Until.Before(l.w.End)) {
				return true
			}
		}
	}
	return false
}

func (l *look) atRisk(levels ...models.RiskLevel) bool {
	for _, level := range levels {
		if l.pending() && l.is.Risk == level {
			return true
		}
	}
	return false
}

// group is the id of the confirmed group dispute to which the case belonged at the window's end, "" for none.
func (l *look) group() string {
	for _, g := range l.c.Groups {
		if g.From.Before(l.w.End) && (g.Until == nil || !g.Until.Before(l.w.End)) {
			return g.ID
		}
	}
	return ""
}

// grouped says whether it is pending as part of one.
func (l *look) grouped() bool { return l.pending() && l.group() != "" }

// leads says whether a group dispute was confirmed in the window of which the case is the first, and
// stood at its end.
func (l *look) leads() bool {
	for _, g := range l.c.Groups {
		if g.Lead && l.w.contains(g.From) && (g.Until == nil || !g.Until.Before(l.w.End)) {
			return true
		}
	}
	return false
}

// sittings is how many were written down in the window. One that was held for several cases counts
// once, where it was recorded.
func (l *look) sittings() int64 {
	var n int64
	for i := range l.c.Sittings {
		if s := &l.c.Sittings[i]; l.w.contains(s.RecordedAt) && !s.IsCopy(l.c.ID) {
			n++
		}
	}
	return n
}

// agreement is the latest one that was written down before the window's end, or nil.
func (l *look) agreement() *models.Agreement {
	all, _ := l.c.Agreements()
	for i := len(all) - 1; i >= 0; i-- {
		if all[i].RecordedAt.Before(l.w.End) {
			return all[i]
		}
	}
	return nil
}

// reached is the agreement that concluded the case in the window, or nil.
func (l *look) reached() *models.Agreement {
	if l.outcome() != models.OutcomeAgreed {
		return nil
	}
	return l.agreement()
}

func (l *look) reachedAs(form string) bool {
	a := l.reached()
	return a != nil && a.Form == form
}

// performing says whether there is an agreement that was not yet closed at the window's end.
func (l *look) performing() bool { return l.exists && l.is.State == models.Agreed }

// performance says whether any instalment of an agreement matured in the window while that agreement
// held, and whether all that did were performed by its end.
func (l *look) performance() (matured, performed bool) {
	performed = true
	all, until := l.c.Agreements()
	for n, a := range all {
		for i := range a.Instalments {
			in := &a.Instalments[i]
			if at, ok := maturity(a, in); ok && l.w.contains(at) && at.Before(until[n]) {
				matured = true
				performed = performed && l.performedBy(in)
			}
		}
	}
	return matured, matured && performed
}

func (l *look) performedBy(in *models.Instalment) bool {
	return in.RecordedAt != nil && in.RecordedAt.Before(l.w.End)
}

// maturity is when an instalment counts, once: at the end of the day it is due, or when it was
// performed if that was earlier; never before the agreement was written down.
func maturity(a *models.Agreement, in *models.Instalment) (time.Time, bool) {
	at, ok := models.LastMoment(in.DueOn)
	if !ok {
		return time.Time{}, false
	}
	if in.RecordedAt != nil && in.RecordedAt.Before(at) {
		at = *in.RecordedAt
	}
	if at.Before(a.RecordedAt) {
		at = a.RecordedAt
	}
	return at, true
}

// unperformed says whether an instalment was due by the window's end and not performed.
func (l *look) unperformed() bool {
	a := l.agreement()
	if a == nil || !l.performing() {
		return false
	}
	for i := range a.Instalments {
		in := &a.Instalments[i]
		if due, ok := models.LastMoment(in.DueOn); ok && due.Before(l.w.End) && !l.performedBy(in) {
			return true
		}
	}
	return false
}

// confirmed says whether it was written down in the window that a court has confirmed an agreement: of the
// two steps that a confirmation takes the second.
func (l *look) confirmed() bool {
	all, until := l.c.Agreements()
	for n, a := range all {
		steps := 0
		for i := range l.c.Timeline {
			e := &l.c.Timeline[i]
			if e.Action != models.ActionConfirm || e.At.Before(a.RecordedAt) || !e.At.Before(until[n]) {
				continue
			}
			if steps++; steps == 2 && a.Confirmation.IsConfirmed() && l.w.contains(e.At) {
				return true
			}
		}
	}
	return false
}

// visit is the last one that was written down in the window, or nil.
func (l *look) visit() *models.Visit {
	if l.c.After == nil {
		return nil
	}
	for i := len(l.c.After.Visits) - 1; i >= 0; i-- {
		if v := &l.c.After.Visits[i]; l.w.contains(v.RecordedAt) {
			return v
		}
	}
	return nil
}

// satisfied says whether those who were visited in the window were content, or nearly.
func (l *look) satisfied() bool {
	v := l.visit()
	return v != nil && (v.Satisfaction == "satisfied" || v.Satisfaction == "fair")
}

// visiting says whether a visit that a closing called for matured in the window, and whether all that did
// were made by its end. Each matures once: with its last day, or when it was made if that was earlier. What
// is mediated again before that day is visited no more.
func (l *look) visiting() (matured, visited bool) {
	visited = true
	mature := func(day string, made *time.Time, until time.Time) {
		at, ok := models.LastMoment(day)
		if made != nil && made.Before(at) {
			at = *made
		}
		if ok && l.w.contains(at) && at.Before(until) {
			matured = true
			visited = visited && made != nil && made.Before(l.w.End)
		}
	}
	for i := range l.c.Rounds {
		mature(l.c.Rounds[i].VisitBy, nil, l.c.Rounds[i].EndedAt)
	}
	if a := l.c.After; a != nil {
		for i := range a.Visits {
			mature(a.Visits[i].Planned, &a.Visits[i].RecordedAt, models.FarFuture())
		}
		mature(a.VisitBy, nil, models.FarFuture())
	}
	return matured, matured && visited
}

// days counts civil days from acceptance, or from the day on which it was taken up again, to conclusion, for
// a case that was accepted at all and concluded in the window: of several mediations the last one.
func (l *look) days() (days int64, ok bool) {
	if !l.concluded() {
		return 0, false
	}
	var accepted *time.Time
	for i := range l.c.Timeline {
		e := &l.c.Timeline[i]
		switch {
		case !e.At.Before(l.w.End):
			return days, ok
		case e.After.State == models.Mediating && accepted == nil:
			accepted = &e.At
		case !e.After.State.IsOpen() && e.Before.State.IsOpen() && accepted != nil:
			days, ok = dayNumber(e.At)-dayNumber(*accepted), true
			accepted = nil
		}
	}
	return days, ok
}

// line is the case as the report names it: while it is at high risk, late, or part of a group dispute; false
// for any other.
func (l *look) line() (models.ReportLine, bool) {
	if !l.overdue() && !l.atRisk(models.Red, models.Orange) && !l.grouped() {
		return models.ReportLine{}, false
	}
	r := models.ReportLine{
		Case: l.c.ID.Hex(), Number: l.number(), Type: models.NameOf(models.DisputeTypes(), string(l.counted.Type)), Village: l.c.Place.VillageName, Risk: l.is.Risk, Late: l.overdue(), Group: l.group(),
	}
	if s := l.stage(); s != nil {
		r.Level = s.Name
	}
	if due := l.is.DueAt; due != nil {
		last := due.Add(-time.Millisecond)
		r.DueOn = workday.OfTime(last).String()
		if r.Late {
			r.LateDays = int(dayNumber(l.w.End.Add(-time.Millisecond)) - dayNumber(last))
		}
	}
	return r, true
}

// number is the case's, "" while it had none: it is given with the first acceptance, and stays.
func (l *look) number() string {
	if l.c.Number == nil || l.c.AcceptedAt == nil || !l.c.AcceptedAt.Before(l.w.End) {
		return ""
	}
	return l.c.Number.Text
}

// head is the hash of the last event by the window's end: it stands for all that had happened.
func (l *look) head() string {
	for i := len(l.c.Timeline) - 1; i >= 0; i-- {
		if l.c.Timeline[i].At.Before(l.w.End) {
			return l.c.Timeline[i].Hash
		}
	}
	return ""
}

// dayNumber numbers civil days of workday.Zone in a row.
func dayNumber(at time.Time) int64 {
	y, m, d := at.In(workday.Zone).Date()
	return time.Date(y, m, d, 0, 0, 0, 0, time.UTC).Unix() / (24 * 60 * 60)
}
