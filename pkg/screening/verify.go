package screening

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"fengqiao/models"
)

// heads is the head of each case, or return, that a report rests on, by its id: of a case the hash of its
// last event by the month's end, of a return that of all that was sent and settled by then.
type heads map[string]string

// grounds are the heads of all that a report rests on.
type grounds struct{ cases, returns heads }

// under puts them under a seal.
func (s *Service) under(ctx context.Context, mark *models.ReportMark, g grounds) (err error) {
	mark.Cases, mark.Returns = len(g.cases), len(g.returns)
	if mark.Heads, err = s.store.PutHeads(ctx, g.cases.bytes()); err != nil {
		return err
	}
	mark.Screened, err = s.store.PutHeads(ctx, g.returns.bytes())
	return err
}

// bytes are the heads as they are kept, one a line, always the same.
func (h heads) bytes() []byte {
	var out bytes.Buffer
	for _, id := range slices.Sorted(maps.Keys(h)) {
		fmt.Fprintf(&out, "%s %s\n", id, h[id])
	}
	return out.Bytes()
}

func readHeads(data []byte) heads {
	out := heads{}
	for lines := bufio.NewScanner(bytes.NewReader(data)); lines.Scan(); {
		id, hash, _ := strings.Cut(lines.Text(), " ")
		out[id] = hash
	}
	return out
}

// Difference are the ids of those that came in after the seal, are gone, or have another history.
type Difference struct{ Added, Gone, Changed []string }

// Count is how many they are.
func (d *Difference) Count() int { return len(d.Added) + len(d.Gone) + len(d.Changed) }

// Verification is what came of checking a sealed report.
type Verification struct {
	// Whole says that the report and its supplements are what they were when each was sealed, and that
	// the lists of heads are those that were sealed.
	Whole          bool
	Cases, Returns int // under the seal
	// What the files give now: the cases and returns that are not what they were, and the numbers that
	// are others.
	CaseFiles, Screened Difference
	Changes             []models.FigureChange
}

// Holds says whether the seal and the files agree.
func (v *Verification) Holds() bool {
	return v.Whole && v.CaseFiles.Count() == 0 && v.Screened.Count() == 0 && len(v.Changes) == 0
}

// Verify checks a sealed report against itself and against the case files as they are now. For a report
// that is not sealed it returns nil. Errors are those of Report.
func (s *Service) Verify(ctx context.Context, scope models.Scope, region, month string) (*Verification, error) {
	r, w, err := s.ask(ctx, scope, region, month)
	if err != nil {
		return nil, err
	}
	report, err := s.build(ctx, r, w)
	if err != nil {
		return nil, err
	}
	if report.Issue.Seal == nil {
		return nil, nil
	}
	v, _, err := s.against(ctx, report, r, w)
	return v, err
}

// against compares a sealed report with the files as they are now.
func (s *Service) against(ctx context.Context, report *models.Report, r *models.Region, w Window) (*Verification, grounds, error) {
	m := newMeter(w)
	m.of(report)
	now, files, err := s.measure(ctx, r, m)
	if err != nil {
		return nil, grounds{}, err
	}
	seal := report.Issue.Seal
	v := &Verification{Whole: report.VerifySeal() == nil, Cases: seal.Cases, Returns: seal.Returns, Changes: differences(report, now)}
	for _, list := range []struct {
		hash  string
		count int
		now   heads
		into  *Difference
	}{{seal.Heads, seal.Cases, files.cases, &v.CaseFiles}, {seal.Screened, seal.Returns, files.returns, &v.Screened}} {
		if list.hash == "" {
			continue
		}
		data, err := s.store.Heads(ctx, list.hash)
		if err != nil && !isLost(err) {
			return nil, grounds{}, err
		}
		sealed := readHeads(data)
		v.Whole = v.Whole && len(sealed) == list.count
		*list.into = sealed.against(list.now)
	}
	return v, files, nil
}

// against says what has become of the heads.
func (h heads) against(now heads) Difference {
	var d Difference
	for _, id := range slices.Sorted(maps.Keys(h)) {
		hash, there := now[id]
		switch {
		case !there:
			d.Gone = append(d.Gone, id)
		case hash != h[id]:
			d.Changed = append(d.Changed, id)
		}
	}
	for _, id := range slices.Sorted(maps.Keys(now)) {
		if _, there := h[id]; !there {
			d.Added = append(d.Added, id)
		}
	}
	return d
}

func isLost(err error) bool { return models.AsError(err).Kind == models.NotFound }

// differences lists the numbers of a report that are others in another one of the same place and
// month: figures, then cells of tables. A number that one of the two does not know is left out: a
// figure that was defined later is no change.
func differences(was, is *models.Report) []models.FigureChange {
	var out []models.FigureChange
	for _, a := range was.Figures {
		b, ok := is.Figure(a.Key)
		if ok && !sameFigure(a, b) {
			out = append(out, models.FigureChange{Ref: a.Key, Was: a, Is: b})
		}
	}
	for _, a := range was.Tables {
		b, ok := is.Table(a.Key)
		if !ok {
			continue
		}
		rows := map[string]string{}
		for _, t := range []models.Table{a, b} {
			for _, row := range t.Rows {
				rows[row.Code] = row.Name
			}
		}
		for _, code := range slices.Sorted(maps.Keys(rows)) {
			for _, column := range a.Columns {
				ref := Ref{Figure: column, Dimension: a.Key, Code: code}
				before, _ := number(was, ref)
				after, known := number(is, ref)
				if known && before != after {
					d, _ := Define(column)
					out = append(out, models.FigureChange{Ref: ref.String(), Was: models.Figure{Key: column, Value: before, Unit: d.Unit}, Is: models.Figure{Key: column, Value: after, Unit: d.Unit}})
				}
			}
		}
	}
	return out
}

func sameFigure(a, b models.Figure) bool {
	return a.Value == b.Value && (a.Of == nil) == (b.Of == nil) && (a.Of == nil || *a.Of == *b.Of)
}
