package models

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"time"
)

// ReportState is how far a monthly report has come on its way out of the house.
type ReportState string

const (
	ReportDraft     ReportState = ""          // 草稿: built from the files, texts being written
	ReportConfirmed ReportState = "confirmed" // 编制人已确认
	ReportReviewed  ReportState = "reviewed"  // 审核人已审核
	ReportSealed    ReportState = "sealed"    // 已封存: only supplements follow
)

// ReportStates lists the states in the order of the way.
func ReportStates() []Choice {
	return []Choice{{string(ReportDraft), "草稿"}, {string(ReportConfirmed), "已确认，待审核"}, {string(ReportReviewed), "已审核，待封存"}, {string(ReportSealed), "已封存"}}
}

// Name is the state as people say it.
func (s ReportState) Name() string { return NameOf(ReportStates(), string(s)) }

// ReportAction is what is done to a report.
type ReportAction string

const (
	ReportSave       ReportAction = "save"       // 保存文字
	ReportConfirm    ReportAction = "confirm"    // 确认
	ReportReview     ReportAction = "review"     // 审核通过
	ReportReturn     ReportAction = "return"     // 退回修改
	ReportSeal       ReportAction = "seal"       // 封存
	ReportSupplement ReportAction = "supplement" // 补充说明
)

// ReportActions lists the actions.
func ReportActions() []Choice {
	return []Choice{
		{string(ReportSave), "保存文字"}, {string(ReportConfirm), "确认"}, {string(ReportReview), "审核通过"},
		{string(ReportReturn), "退回修改"}, {string(ReportSeal), "封存"}, {string(ReportSupplement), "补充说明"},
	}
}

// Name is the action as people say it.
func (a ReportAction) Name() string { return NameOf(ReportActions(), string(a)) }

// ReportMove is one row of the table of a report's way.
type ReportMove struct {
	Action ReportAction
	From   []ReportState
	To     ReportState
	Roles  []Role // at the report's own place
}

// ReportMoves is the whole way of a report. Compilers are all who handle cases at its place; reviewers
// are the chair of a village, and colleagues of the office of a township or county.
func ReportMoves() []ReportMove {
	compilers, heads := []Role{RoleMediator, RoleChair, RoleJudicial, RoleCounty}, []Role{RoleChair, RoleJudicial, RoleCounty}
	return []ReportMove{
		{ReportSave, []ReportState{ReportDraft}, ReportDraft, compilers},
		{ReportConfirm, []ReportState{ReportDraft}, ReportConfirmed, compilers},
		{ReportReview, []ReportState{ReportConfirmed}, ReportReviewed, heads},
		{ReportReturn, []ReportState{ReportConfirmed, ReportReviewed}, ReportDraft, heads},
		{ReportSeal, []ReportState{ReportReviewed}, ReportSealed, heads},
		{ReportSupplement, []ReportState{ReportSealed}, ReportSealed, heads},
	}
}

// Permit says whether somebody may do something to the report now: Forbidden where it is another's,
// Precondition where the report is not in a state for it.
func (r *Report) Permit(action ReportAction, actor Actor) (ReportMove, error) {
	for _, m := range ReportMoves() {
		if m.Action != action {
			continue
		}
		if actor.Region != r.Region || actor.Role.Seat() != RegionKindOf(r.Region) || !slices.Contains(m.Roles, actor.Role) {
			return ReportMove{}, Errorf(Forbidden, "report.not_yours", "“%s”由本地的%s办理，您只能查看", action.Name(), reportRoles(m.Roles, r.Region))
		}
		if !slices.Contains(m.From, r.Issue.State) {
			return ReportMove{}, Errorf(Precondition, "report.state", "这份月报现在是“%s”，不能%s", r.Issue.State.Name(), action.Name())
		}
		return m, nil
	}
	return ReportMove{}, Errorf(Precondition, "report.action", "没有“%s”这个操作", action)
}

// reportRoles names those of some roles that sit where a report is of.
func reportRoles(roles []Role, region string) string {
	names := ""
	for _, role := range roles {
		if role.Seat() == RegionKindOf(region) {
			if names != "" {
				names += "、"
			}
			names += role.Name()
		}
	}
	return names
}

// ReportIssue is the way of a report out of the house: what people wrote beside the figures, who
// confirmed, reviewed and sealed it, and what was said afterwards.
type ReportIssue struct {
	State ReportState `bson:"state,omitempty"`
	// Blocks are the compiler's texts, and the numbers of the official form that the system does not
	// know. Figures are not among them.
	Blocks   []ReportBlock `bson:"blocks,omitempty"`
	EditedBy *Actor        `bson:"editedBy,omitempty"`
	EditedAt *time.Time    `bson:"editedAt,omitempty"`
	Steps    []ReportStep  `bson:"steps,omitempty"`
	Seal     *ReportMark   `bson:"seal,omitempty"`
	// Supplements follow the seal, numbered from 1, each chained to what is before it.
	Supplements []ReportMark `bson:"supplements,omitempty"`
}

// ReportBlock is one text beside the figures.
type ReportBlock struct {
	Key  string `bson:"key"`
	Text string `bson:"text"`
}

// ReportStep is one thing done on the way.
type ReportStep struct {
	At     time.Time    `bson:"at"`
	Actor  Actor        `bson:"actor"`
	Action ReportAction `bson:"action"`
	Note   string       `bson:"note,omitempty"`
	// Alone says that the reviewer was the compiler: the office has nobody else.
	Alone bool `bson:"alone,omitempty"`
}

// ReportMark is the seal of a report, or a supplement to it: a SHA-256 over what it stands for.
type ReportMark struct {
	Number int       `bson:"number"` // 0 is the seal, 补充说明第N号 afterwards
	At     time.Time `bson:"at"`
	By     Actor     `bson:"by"`
	Reason string    `bson:"reason,omitempty"`
	// Heads is the hash under which the list of case heads is kept, Cases how many are in it.
	Heads string `bson:"heads"`
	Cases int    `bson:"cases"`
	// Screened is the hash under which the list of the heads of returns is kept, "" for a seal that was
	// put before returns were under it; Returns is how many are in it.
	Screened string `bson:"screened,omitempty"`
	Returns  int    `bson:"returns,omitempty"`
	// Changes are the numbers that a supplement found to be others than under the seal; Files is how
	// many case files were added, taken away or changed.
	Changes []FigureChange `bson:"changes,omitempty"`
	Files   int            `bson:"files,omitempty"`
	Refiled int            `bson:"refiled,omitempty"` // as Files, of returns
	Prev    string         `bson:"prev"`
	Digest  string         `bson:"digest"`
}

// FigureChange is a number that was one thing and is another. Ref names it as the lists do.
type FigureChange struct {
	Ref string `bson:"ref"`
	Was Figure `bson:"was"`
	Is  Figure `bson:"is"`
}

// Block is the text of a key, "" for none.
func (i *ReportIssue) Block(key string) string {
	for _, b := range i.Blocks {
		if b.Key == key {
			return b.Text
		}
	}
	return ""
}

// Step is the latest one of an action, nil where it was not done since the report was a draft last.
func (i *ReportIssue) Step(action ReportAction) *ReportStep {
	for n := len(i.Steps) - 1; n >= 0; n-- {
		switch i.Steps[n].Action {
		case action:
			return &i.Steps[n]
		case ReportReturn:
			return nil
		}
	}
	return nil
}

// Take carries an action out that Permit has allowed.
func (r *Report) Take(move ReportMove, actor Actor, now time.Time, note string, alone bool) {
	r.Issue.State = move.To
	r.Issue.Steps = append(r.Issue.Steps, ReportStep{At: now, Actor: actor, Action: move.Action, Note: note, Alone: alone})
	r.Unsealed = r.Region[:6]
	if move.To == ReportSealed {
		r.Unsealed = ""
	}
}

// Close puts the seal on a report, over its figures, tables and lines, what was written beside them,
// who confirmed and reviewed it, and the list of case heads.
func (r *Report) Close(mark ReportMark) {
	mark.Prev = r.content()
	mark.Digest = mark.digest()
	r.Issue.Seal = &mark
}

// Supplement adds a numbered mark behind the seal.
func (r *Report) Supplement(mark ReportMark) {
	mark.Number, mark.Prev = len(r.Issue.Supplements)+1, r.Issue.Seal.Digest
	if n := len(r.Issue.Supplements); n > 0 {
		mark.Prev = r.Issue.Supplements[n-1].Digest
	}
	mark.Digest = mark.digest()
	r.Issue.Supplements = append(r.Issue.Supplements, mark)
}

// VerifySeal checks that a sealed report is what it was when it was sealed, and that its supplements
// are all there and unchanged. It says nothing of the case files.
func (r *Report) VerifySeal() error {
	seal := r.Issue.Seal
	if seal == nil || r.Issue.State != ReportSealed {
		return fmt.Errorf("report %s is not sealed", r.ID)
	}
	prev := r.content()
	for i, mark := range append([]ReportMark{*seal}, r.Issue.Supplements...) {
		if mark.Number != i || mark.Prev != prev || mark.Digest != mark.digest() {
			return fmt.Errorf("report %s: mark %d does not fit", r.ID, i)
		}
		prev = mark.Digest
	}
	return nil
}

// content is the SHA-256, in hex, of what a seal stands for, each part with its length in front so
// that no two reports have the same text.
func (r *Report) content() string {
	h := sha256.New()
	number := func(n int64) { part(h, fmt.Sprint(n)) }
	part(h, "fengqiao report")
	part(h, r.Region)
	part(h, r.Month)
	number(int64(len(r.Figures)))
	for _, f := range r.Figures {
		part(h, f.digestText())
	}
	number(int64(len(r.Tables)))
	for _, t := range r.Tables {
		part(h, t.Key)
		number(int64(len(t.Columns)))
		for _, c := range t.Columns {
			part(h, c)
		}
		number(int64(len(t.Rows)))
		for _, row := range t.Rows {
			part(h, row.Code)
			part(h, row.Name)
			for _, v := range append(slices.Clone(row.Values), row.Of...) {
				number(v)
			}
		}
	}
	number(int64(len(r.Lines)))
	for _, l := range r.Lines {
		for _, text := range []string{l.Case, l.Number, l.Type, l.Village, l.Level, string(l.Risk), l.DueOn, fmt.Sprint(l.Late), fmt.Sprint(l.LateDays)} {
			part(h, text)
		}
		if l.Group != "" { // reports were sealed before there was one
			part(h, "group "+l.Group)
		}
	}
	number(int64(len(r.Issue.Blocks)))
	for _, b := range r.Issue.Blocks {
		part(h, b.Key)
		part(h, b.Text)
	}
	// The steps up to the seal: those of supplements come behind it.
	for _, s := range r.Issue.Steps {
		if s.Action == ReportSeal || s.Action == ReportSupplement {
			continue
		}
		for _, text := range []string{stamp(&s.At), s.Actor.ID, s.Actor.Name, string(s.Actor.Role), s.Actor.Region, string(s.Action), s.Note, fmt.Sprint(s.Alone)} {
			part(h, text)
		}
	}
	return hex.EncodeToString(h.Sum(nil))
}

func (f Figure) digestText() string {
	of := "-"
	if f.Of != nil {
		of = fmt.Sprint(*f.Of)
	}
	return fmt.Sprintf("%s %d/%s %s", f.Key, f.Value, of, f.Unit)
}

func (m *ReportMark) digest() string {
	h := sha256.New()
	for _, text := range []string{m.Prev, fmt.Sprint(m.Number), stamp(&m.At), m.By.ID, m.By.Name, string(m.By.Role), m.By.Region, m.Reason, m.Heads, fmt.Sprint(m.Cases), fmt.Sprint(m.Files), fmt.Sprint(len(m.Changes))} {
		part(h, text)
	}
	for _, c := range m.Changes {
		part(h, c.Ref)
		part(h, c.Was.digestText())
		part(h, c.Is.digestText())
	}
	if m.Screened != "" {
		for _, text := range []string{m.Screened, fmt.Sprint(m.Returns), fmt.Sprint(m.Refiled)} {
			part(h, text)
		}
	}
	return hex.EncodeToString(h.Sum(nil))
}
