package screening

import (
	"context"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"fengqiao/models"
	"fengqiao/pkg/store"
	"fengqiao/pkg/workday"
)

// IssueForm is what somebody sends to bring a report on its way.
type IssueForm struct {
	Version int64             // that they saw; 0 for a report that nobody has touched
	Blocks  map[string]string // of saving and confirming: the texts and numbers as typed
	Note    string            // of returning and of a supplement: why
}

// longest is how many characters a text of the compiler may have, and a note.
const (
	longestBlock = 4000
	longestNote  = 500
)

// Field is the name under which a block is sent.
func Field(block string) string { return "blocks." + block }

// Blocks lists the keys of all that a compiler may write.
func Blocks() []string {
	var keys []string
	for _, s := range Sections() {
		if s.Block != "" {
			keys = append(keys, s.Block)
		}
	}
	for _, s := range Statistics() {
		keys = append(keys, statisticBlock(s.Key))
	}
	return keys
}

// Issue does something to a report on its way: one atomic write under the version that was seen. The
// figures are never the form's. Before a report is confirmed, and before it is sealed, they are worked
// out anew; where files have come in meanwhile the report becomes a draft with the new ones, and that
// is a Precondition error which says so. Other errors are those of Report.Permit, a Conflict that says
// who was faster, and Invalid ones of the fields.
func (s *Service) Issue(ctx context.Context, actor models.Actor, region, month string, action models.ReportAction, form IssueForm) (*models.Report, error) {
	r, w, err := s.ask(ctx, actor.Scope(), region, month)
	if err != nil {
		return nil, err
	}
	report, err := s.build(ctx, r, w)
	if err != nil {
		return nil, err
	}
	// Whose it is comes before all else: the rest is nobody's business.
	move, refusal := report.Permit(action, actor)
	if refusal != nil && models.AsError(refusal).Kind == models.Forbidden {
		return nil, refusal
	}
	if !s.settled(w) {
		return nil, models.Errorf(models.Precondition, "report.running", "这个月还没有结束，月报在下月1日生成后才能编写")
	}
	fresh := report.Version == 0
	if fresh {
		if report, _, err = s.keep(ctx, report); err != nil {
			return nil, err
		}
	}
	if form.Version != report.Version && (form.Version != 0 || !fresh) {
		return nil, changedMeanwhile(report)
	}
	if refusal != nil {
		return nil, refusal
	}
	now := s.now()
	switch action {
	case models.ReportSave:
		err = write(report, actor, now, form)
	case models.ReportConfirm:
		if err = write(report, actor, now, form); err == nil {
			_, err = s.refreshed(ctx, report, r, w)
		}
		if err == nil {
			report.Take(move, actor, now, "", false)
		}
	case models.ReportReview:
		var alone bool
		if alone, err = s.reviewer(ctx, report, actor); err == nil {
			report.Take(move, actor, now, "", alone)
		}
	case models.ReportReturn:
		if err = checkNote(form.Note, "请写明退回的原因，编制人好修改"); err == nil {
			report.Take(move, actor, now, strings.TrimSpace(form.Note), false)
		}
	case models.ReportSeal:
		err = s.seal(ctx, report, r, w, move, actor, now)
	case models.ReportSupplement:
		if err = checkNote(form.Note, "请写明补充说明的事由"); err == nil {
			err = s.supplement(ctx, report, r, w, move, actor, now, strings.TrimSpace(form.Note))
		}
	}
	if err != nil {
		return nil, err
	}
	return s.replace(ctx, report)
}

// replace writes a report back; whoever was slower is told who was faster.
func (s *Service) replace(ctx context.Context, report *models.Report) (*models.Report, error) {
	err := s.store.ReplaceReport(ctx, report)
	if !store.IsConflict(err) {
		return report, err
	}
	now, err := s.store.Report(ctx, report.Region, report.Month)
	if err != nil {
		return nil, err
	}
	return nil, changedMeanwhile(now)
}

// changedMeanwhile tells the loser who changed what.
func changedMeanwhile(r *models.Report) error {
	who, when, what := "别人", r.BuiltAt, "重新计算"
	if r.Issue.EditedBy != nil {
		who, when, what = r.Issue.EditedBy.Name, *r.Issue.EditedAt, models.ReportSave.Name()
	}
	if n := len(r.Issue.Steps); n > 0 && !r.Issue.Steps[n-1].At.Before(when) {
		last := r.Issue.Steps[n-1]
		who, when, what = last.Actor.Name, last.At, last.Action.Name()
	}
	return models.Errorf(models.Conflict, "conflict", "这份月报在您打开之后已被%s于%s修改（%s）。您填写的内容还在，请看过最新情况再提交", who, when.In(workday.Zone).Format("1月2日15:04"), what)
}

var (
	wholeNumber = regexp.MustCompile(`^[0-9]{1,7}$`)
	// personal are identity numbers and mobile phones: they have no place in a report.
	personal = regexp.MustCompile(`(^|[^0-9])([0-9]{17}[0-9Xx]|1[3-9][0-9]{9})([^0-9]|$)`)
)

// write puts what was typed into a draft.
func write(r *models.Report, actor models.Actor, now time.Time, form IssueForm) error {
	var faults []models.FieldError
	refuse := func(key, format string, args ...any) {
		faults = append(faults, models.FieldError{Field: Field(key), Message: fmt.Sprintf(format, args...)})
	}
	var blocks []models.ReportBlock
	for _, key := range Blocks() {
		text := strings.TrimSpace(strings.ReplaceAll(form.Blocks[key], "\r\n", "\n"))
		_, isNumber := strings.CutPrefix(key, statisticBlock(""))
		switch {
		case text == "":
			continue
		case isNumber && !wholeNumber.MatchString(text):
			refuse(key, "请填整数，例如3；没有就填0")
		case utf8.RuneCountInString(text) > longestBlock:
			refuse(key, "请写在%d字以内", longestBlock)
		case personal.MatchString(text):
			refuse(key, "月报里不写证件号码和电话，请删去")
		}
		blocks = append(blocks, models.ReportBlock{Key: key, Text: text})
	}
	if len(faults) > 0 {
		return &models.Error{Kind: models.Invalid, Code: "invalid", Message: "填写有误，请按提示修改", Fields: faults}
	}
	r.Issue.Blocks, r.Issue.EditedBy, r.Issue.EditedAt = blocks, &actor, &now
	return nil
}

func checkNote(note, ask string) error {
	note = strings.TrimSpace(note)
	switch {
	case note == "":
		return models.FieldErrorf("note", "%s", ask)
	case utf8.RuneCountInString(note) > longestNote:
		return models.FieldErrorf("note", "请写在%d字以内", longestNote)
	case personal.MatchString(note):
		return models.FieldErrorf("note", "这里不写证件号码和电话，请删去")
	}
	return nil
}

// reviewer says whether somebody reviews what they compiled themselves. That is refused where the
// office has a colleague who could; where it has none it is allowed, and stands on the paper.
func (s *Service) reviewer(ctx context.Context, r *models.Report, actor models.Actor) (alone bool, err error) {
	confirmed := r.Issue.Step(models.ReportConfirm)
	if confirmed == nil || confirmed.Actor.ID != actor.ID {
		return false, nil
	}
	accounts, err := s.store.AccountsAt(ctx, r.Region)
	if err != nil {
		return false, err
	}
	for _, a := range accounts {
		_, refusal := r.Permit(models.ReportReview, a.Actor())
		if a.Username != actor.ID && !a.Disabled && refusal == nil {
			return false, models.Errorf(models.Precondition, "report.own", "编制和审核要两个人：这份月报是您确认的，请%s审核", a.Name)
		}
	}
	return true, nil
}

// refreshed works a report out anew from the files. Where it is another now, the new one takes its
// place as a draft, what was written stays, and the Precondition error says that the figures moved.
func (s *Service) refreshed(ctx context.Context, report *models.Report, r *models.Region, w Window) (grounds, error) {
	now, files, err := s.compute(ctx, r, w)
	if err != nil || upToDate(report, now) {
		return files, err
	}
	report.Figures, report.Tables, report.Lines, report.BuiltAt, report.Issue.State = now.Figures, now.Tables, now.Lines, s.now(), models.ReportDraft
	if _, err := s.replace(ctx, report); err != nil {
		return grounds{}, err
	}
	return grounds{}, models.Errorf(models.Precondition, "report.moved", "月报生成以后档案有变化，数字已经重新计算，月报回到草稿。请看过新的数字再确认")
}

// upToDate says whether a report is what the files give now: the same figures, none of which was
// defined since, and the same cases named.
func upToDate(report, now *models.Report) bool {
	return len(report.Figures) == len(now.Figures) && len(report.Tables) == len(now.Tables) && len(differences(report, now)) == 0 && slices.Equal(report.Lines, now.Lines)
}

// seal closes a report for good.
func (s *Service) seal(ctx context.Context, report *models.Report, r *models.Region, w Window, move models.ReportMove, actor models.Actor, now time.Time) error {
	files, err := s.refreshed(ctx, report, r, w)
	if err != nil {
		return err
	}
	mark := models.ReportMark{At: now, By: actor}
	if err := s.under(ctx, &mark, files); err != nil {
		return err
	}
	report.Take(move, actor, now, "", false)
	report.Close(mark)
	return nil
}

// supplement adds a numbered note behind the seal, with what would be another number by now.
func (s *Service) supplement(ctx context.Context, report *models.Report, r *models.Region, w Window, move models.ReportMove, actor models.Actor, now time.Time, reason string) error {
	if err := report.VerifySeal(); err != nil {
		return models.Errorf(models.Precondition, "report.broken", "这份月报封存后被改动过，不能再加补充说明。请联系系统管理员从备份恢复")
	}
	v, files, err := s.against(ctx, report, r, w)
	if err != nil {
		return err
	}
	mark := models.ReportMark{At: now, By: actor, Reason: reason, Changes: v.Changes, Files: v.CaseFiles.Count(), Refiled: v.Screened.Count()}
	if err := s.under(ctx, &mark, files); err != nil {
		return err
	}
	report.Take(move, actor, now, "", false)
	report.Supplement(mark)
	return nil
}

// compute works a report out from the files and the returns, with the head of each that adds to it.
func (s *Service) compute(ctx context.Context, r *models.Region, w Window) (*models.Report, grounds, error) {
	return s.measure(ctx, r, newMeter(w))
}

func (s *Service) measure(ctx context.Context, r *models.Region, m *meter) (*models.Report, grounds, error) {
	w := m.window
	inside, err := s.store.RegionsIn(ctx, r.Code)
	if err != nil {
		return nil, grounds{}, err
	}
	t := newTally(m, r, inside)
	all := grounds{cases: heads{}, returns: heads{}}
	err = s.visit(ctx, r, w, func(c *models.Case) error {
		reading := m.read(c)
		t.addCase(reading)
		if m.touched() {
			all.cases[c.ID.Hex()] = reading.head
		}
		return nil
	})
	if err != nil {
		return nil, grounds{}, err
	}
	grid, err := s.entriesOf(ctx, r, w)
	if err != nil {
		return nil, grounds{}, err
	}
	for i := range grid {
		reading, e := m.readEntry(&grid[i]), &grid[i]
		t.add(reading)
		if e.Return != nil && m.touched() {
			all.returns[e.Return.ID] = e.Return.HeadAt(w.End)
		}
	}
	return t.report(w), all, nil
}
