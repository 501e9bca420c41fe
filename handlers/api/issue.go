package api

import (
	"fmt"
	"net/http"
	"slices"
	"time"

	"github.com/gin-gonic/gin"

	"fengqiao/handlers/web"
	"fengqiao/models"
	"fengqiao/pkg/screening"
)

type issueParams struct {
	reportParams
	IfMatch string `header:"If-Match" description:"看到的ETag，例如\"v3\"；之后有变化就不改，回答409"`
}

// IssueForm is what somebody does to a report on its way.
type IssueForm struct {
	Action models.ReportAction `json:"action" validate:"required" label:"做什么"`
	Blocks []BlockForm         `json:"blocks,omitempty" label:"文字和统计表里系统没有的数字；保存和确认时要给全，没有给的就是空"`
	Note   string              `json:"note,omitempty" label:"退回的原因，或者补充说明的事由"`
}

// BlockForm is one text of the compiler.
type BlockForm struct {
	Key  string `json:"key" validate:"required" label:"哪一块，代码见月报的issue.blocks"`
	Text string `json:"text,omitempty" label:"文字，或者数字"`
}

// Issue is the way of a report out of the house.
type Issue struct {
	State       models.ReportState `json:"state"`
	Version     int64              `json:"version" description:"也就是ETag；还没有人动过的是0"`
	Blocks      []Block            `json:"blocks" description:"可以写的全部文字和数字"`
	Steps       []IssueStep        `json:"steps"`
	Seal        *IssueMark         `json:"seal" description:"没有封存时为null"`
	Supplements []IssueMark        `json:"supplements"`
}

// Block is one text of the compiler.
type Block struct {
	Key  string `json:"key"`
	Text string `json:"text"`
}

// IssueStep is one thing done on the way.
type IssueStep struct {
	At     time.Time           `json:"at"`
	By     string              `json:"by"`
	Action models.ReportAction `json:"action"`
	Note   string              `json:"note"`
}

// IssueMark is the seal, or a supplement.
type IssueMark struct {
	Number  int            `json:"number" description:"0是封存，以后是补充说明第几号"`
	At      time.Time      `json:"at"`
	By      string         `json:"by"`
	Reason  string         `json:"reason"`
	Cases   int            `json:"cases" description:"封在里面的案件"`
	Returns int            `json:"returns" description:"封在里面的排查表"`
	Digest  string         `json:"digest" description:"SHA-256"`
	Changes []FigureChange `json:"changes"`
}

// FigureChange is a number that was one thing and is another.
type FigureChange struct {
	Key string `json:"key" description:"数字的代码，例如pending，或表中一格"`
	Was int64  `json:"was"`
	Is  int64  `json:"is"`
}

// ReportCheck is what came of checking a sealed report.
type ReportCheck struct {
	Sealed  bool `json:"sealed" description:"没有封存的，其余都是空"`
	Holds   bool `json:"holds" description:"封存完整，档案也没有变"`
	Whole   bool `json:"whole" description:"月报和补充说明是封存时的样子"`
	Cases   int  `json:"cases"`
	Returns int  `json:"returns" description:"封在里面的排查表"`
	// What is not what it was.
	CaseFiles Difference     `json:"caseFiles"`
	Screened  Difference     `json:"screened" description:"排查表，编号是网格的编号、横线、这一期的第一天"`
	Changes   []FigureChange `json:"changes"`
}

// Difference are the ids of files that are not what they were.
type Difference struct {
	Added   []string `json:"added" description:"后来出现的"`
	Gone    []string `json:"gone" description:"不见了的"`
	Changed []string `json:"changed" description:"历史变了的"`
}

func differenceOf(d screening.Difference) Difference {
	return Difference{append([]string{}, d.Added...), append([]string{}, d.Gone...), append([]string{}, d.Changed...)}
}

func issueOf(r *models.Report) Issue {
	out := Issue{State: r.Issue.State, Version: r.Version, Blocks: []Block{}, Steps: []IssueStep{}, Supplements: []IssueMark{}}
	for _, key := range screening.Blocks() {
		out.Blocks = append(out.Blocks, Block{key, r.Issue.Block(key)})
	}
	for _, s := range r.Issue.Steps {
		out.Steps = append(out.Steps, IssueStep{At: s.At, By: s.Actor.Name, Action: s.Action, Note: s.Note})
	}
	if seal := r.Issue.Seal; seal != nil {
		mark := markOf(*seal)
		out.Seal = &mark
	}
	for _, m := range r.Issue.Supplements {
		out.Supplements = append(out.Supplements, markOf(m))
	}
	return out
}

func markOf(m models.ReportMark) IssueMark {
	return IssueMark{Number: m.Number, At: m.At, By: m.By.Name, Reason: m.Reason, Cases: m.Cases, Returns: m.Returns, Digest: m.Digest, Changes: changesOf(m.Changes)}
}

func changesOf(changes []models.FigureChange) []FigureChange {
	out := []FigureChange{}
	for _, c := range changes {
		out = append(out, FigureChange{c.Ref, c.Was.Value, c.Is.Value})
	}
	return out
}

// issue does something to a report on its way.
func (a *API) issue(c *gin.Context) error {
	version, err := matched(c)
	if err != nil {
		return err
	}
	var form IssueForm
	if err := read(c, &form); err != nil {
		return err
	}
	if !models.HasCode(models.ReportActions(), string(form.Action)) {
		return models.FieldErrorf("action", "请从save、confirm、review、return、seal、supplement中选一个")
	}
	ctx, actor, region, month := c.Request.Context(), web.Actor(c), c.Param("region"), c.Param("month")
	in := screening.IssueForm{Version: version, Blocks: map[string]string{}, Note: form.Note}
	for i, b := range form.Blocks {
		if !slices.Contains(screening.Blocks(), b.Key) {
			return models.FieldErrorf(fmt.Sprintf("blocks[%d].key", i), "月报里没有这一块")
		}
		in.Blocks[b.Key] = b.Text
	}
	if in.Version == 0 { // whatever is there
		view, err := a.reports.Report(ctx, actor.Scope(), region, month)
		if err != nil {
			return err
		}
		in.Version = view.Report.Version
	}
	if _, err := a.reports.Issue(ctx, actor, region, month, form.Action, in); err != nil {
		return err
	}
	return a.report(c)
}

// verifyReport checks a sealed report against itself and against the files.
func (a *API) verifyReport(c *gin.Context) error {
	v, err := a.reports.Verify(c.Request.Context(), web.Actor(c).Scope(), c.Param("region"), c.Param("month"))
	if err != nil {
		return err
	}
	sealed := v != nil
	if !sealed {
		v = new(screening.Verification)
	}
	return send(c, http.StatusOK, ReportCheck{
		Sealed: sealed, Holds: sealed && v.Holds(), Whole: v.Whole, Cases: v.Cases, Returns: v.Returns,
		CaseFiles: differenceOf(v.CaseFiles), Screened: differenceOf(v.Screened), Changes: changesOf(v.Changes),
	})
}
