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

// heads is the head of each case that a report rests on: the hash of its last event by the month's
// end, by the case's id.
type heads map[string]string

// bytes are the heads as they are kept, one case a line, always the same.
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

// Verification is what came of checking a sealed report.
type Verification struct {
	// Whole says that the report and its supplements are what they were when each was sealed, and that
	// the list of case heads is the one that was sealed.
	Whole bool
	Cases int // under the seal
	// What the case files give now: ids of those that came in later, are gone, or have another history,
	// and the numbers that are others.
	Added, Gone, Changed []string
	Changes              []models.FigureChange
}

// Files is how many case files are not what they were.
func (v *Verification) Files() int { return len(v.Added) + len(v.Gone) + len(v.Changed) }

// Holds says whether the seal and the case files agree.
func (v *Verification) Holds() bool { return v.Whole && v.Files() == 0 && len(v.Changes) == 0 }

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

// against compares a sealed report with the case files as they are now.
func (s *Service) against(ctx context.Context, report *models.Report, r *models.Region, w Window) (*Verification, heads, error) {
	now, files, err := s.compute(ctx, r, w)
	if err != nil {
		return nil, nil, err
	}
	v := &Verification{Whole: report.VerifySeal() == nil, Cases: report.Issue.Seal.Cases, Changes: differences(report, now)}
	data, err := s.store.Heads(ctx, report.Issue.Seal.Heads)
	if err != nil && !isLost(err) {
		return nil, nil, err
	}
	sealed := readHeads(data)
	v.Whole = v.Whole && len(sealed) == v.Cases
	for _, id := range slices.Sorted(maps.Keys(sealed)) {
		hash, there := files[id]
		switch {
		case !there:
			v.Gone = append(v.Gone, id)
		case hash != sealed[id]:
			v.Changed = append(v.Changed, id)
		}
	}
	for _, id := range slices.Sorted(maps.Keys(files)) {
		if _, there := sealed[id]; !there {
			v.Added = append(v.Added, id)
		}
	}
	return v, files, nil
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
