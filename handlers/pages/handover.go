package pages

import (
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/gin-gonic/gin"

	"fengqiao/models"
)

// handoverBody is the 移送卷 on the screen and on paper.
type handoverBody struct {
	CasePath string
	Others   []handoverLink   // where the case was handed up more than once
	H        *models.Handover // nil where it never went up

	At, By, DueAt, SignBy, Answered, Amount string
	Sum                                     string // of the deadline, in one sentence
	Tried                                   []handoverTry
	Sides                                   []handoverSide
	Risks, Police, Working                  []string
	Missing                                 int // papers
}

type handoverLink struct {
	Path, Name string
	Here       bool
}

type handoverTry struct {
	When, Place, Who, Result, End string
}

// handoverSide is one side with what it asks for, and what its people say.
type handoverSide struct {
	models.HandoverParties
	Said []statementView
}

func handoverPath(c *models.Case, h *models.Handover) string {
	return casePath(c) + "/handover?stage=" + strconv.Itoa(h.Stage)
}

// handover shows a hand-over of a case, the latest one unless another is asked for.
func (p *Pages) handover(c *gin.Context) error {
	cs, err := p.caseOf(c)
	if err != nil {
		return err
	}
	all := cs.Handovers()
	shown := len(all) - 1
	if asked := c.Query("stage"); asked != "" {
		shown = slices.IndexFunc(all, func(h models.Handover) bool { return strconv.Itoa(h.Stage) == asked })
		if shown < 0 {
			return models.Errorf(models.NotFound, "handover.none", "没有这一次上报的移送卷")
		}
	}
	if shown < 0 {
		return p.render(c, http.StatusOK, "handover", "移送卷："+cs.Title, handoverBody{CasePath: casePath(cs)})
	}
	body := viewHandover(&all[shown])
	body.CasePath = casePath(cs)
	for i := range all {
		if len(all) > 1 {
			name := fmt.Sprintf("第%d次：%s到%s", i+1, all[i].From.Name, all[i].To.Name)
			body.Others = append(body.Others, handoverLink{handoverPath(cs, &all[i]), name, i == shown})
		}
	}
	return p.render(c, http.StatusOK, "handover", "移送卷："+cs.Title, body)
}

func viewHandover(h *models.Handover) handoverBody {
	b := handoverBody{H: h, At: moment(h.At), By: h.By.Name, DueAt: day(h.DueAt.Add(-time.Millisecond))}
	if h.By.Role != models.RoleSystem {
		b.By += "（" + h.By.Role.Name() + "）"
	}
	if h.Answer.SignBy != nil {
		b.SignBy = day(h.Answer.SignBy.Add(-time.Millisecond))
	}
	if h.Answer.At != nil {
		b.Answered = moment(*h.Answer.At)
	}
	if h.Case.AmountFen > 0 {
		b.Amount = yuan(h.Case.AmountFen) + " 元"
	}
	for _, s := range h.Tried {
		try := handoverTry{When: moment(s.HeldAt), Place: s.Place, Who: strings.Join(s.Mediators, "、"), Result: s.ResultName, End: s.End}
		if s.Online {
			try.Place += "（线上）"
		}
		if len(s.Participants) > 0 {
			try.Who += "；参加人" + strings.Join(s.Participants, "、")
		}
		b.Tried = append(b.Tried, try)
	}
	for _, side := range h.Sides {
		v := handoverSide{HandoverParties: side}
		for _, p := range side.Parties {
			if said := p.Position; said != nil {
				v.Said = append(v.Said, statementView{fmt.Sprintf("%s（第%d次调解，%s）", p.Name, said.Sitting, day(said.HeldAt)), said.Text})
			}
		}
		b.Sides = append(b.Sides, v)
	}
	for _, r := range h.Risks {
		b.Risks = append(b.Risks, fmt.Sprintf("%s %s评为%s：%s", moment(r.At), r.By.Name, r.Name, r.Note))
	}
	b.Police = policeLines(h.Police)
	for _, line := range h.Working {
		switch line.Kind {
		case "summary":
			b.Sum = line.Text
		case "then": // the summary says so
		default:
			b.Working = append(b.Working, line.Text)
		}
	}
	for _, paper := range h.Papers {
		if paper.State == models.PaperMissing {
			b.Missing++
		}
	}
	return b
}

// policeLines say what was done about a threat; none where there was none.
func policeLines(d *models.PoliceDuty) []string {
	if d == nil {
		return nil
	}
	out := []string{moment(d.AskedAt) + "记录：有可能激化为治安或者刑事案件"}
	switch {
	case d.ReportedAt != nil:
		text := fmt.Sprintf("%s由%s向%s报告", moment(*d.ReportedAt), d.ReportedBy, d.ReportedTo)
		if d.Note != "" {
			text += "：" + d.Note
		}
		return append(out, text)
	case d.ToldAt != nil:
		return append(out, fmt.Sprintf("应在%s前登记报告公安的情况，没有登记；%s已提示各级", moment(d.AnswerBy), moment(*d.ToldAt)))
	}
	return append(out, fmt.Sprintf("应在%s前登记报告公安的情况，还没有登记", moment(d.AnswerBy)))
}
