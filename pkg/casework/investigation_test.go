package casework_test

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"fengqiao/models"
	"fengqiao/pkg/casework"
	"fengqiao/pkg/papers/casefile"
)

func paperState(c *models.Case, code string) models.PaperState {
	for _, p := range c.Papers() {
		if p.Code == code {
			return p.State
		}
	}
	return ""
}

func TestInvestigation(t *testing.T) {
	onEveryEngine(t, func(t *testing.T, w *world) {
		ctx, c := t.Context(), w.log(t)
		require.Equal(t, models.PaperOnPaper, paperState(c, "investigation"))
		form := casework.InvestigationForm{HeldAt: w.Now(), Place: "田头", Asked: "邵老三", As: "neighbour", Text: "看见地界移过。"}
		one := did(t)(w.RecordInvestigation(ctx, mediator, ref(c), form))
		require.Equal(t, models.PaperUnsigned, paperState(one, "investigation"))
		require.Contains(t, strings.Join(one.MissingPapers(), "；"), "没有逐页签名")
		last := one.Timeline[len(one.Timeline)-1]
		require.Equal(t, models.ActionInquire, last.Action)
		require.Contains(t, last.Note, "没有签名")
		require.NoError(t, one.VerifyTimeline())
		got := one.Investigations[0]
		require.Equal(t, []string{mediator.Name}, got.Investigators)
		require.Equal(t, mediator.Name, got.Recorder)

		paper, ok := casefile.Of(&casefile.Source{Case: one, Now: w.Now()}, "investigation")
		require.True(t, ok)
		require.Contains(t, casefile.HTML(paper), "看见地界移过。")
		require.Contains(t, casefile.HTML(paper), "邵老三")

		form.HeldAt = w.Now().Add(time.Hour)
		_, err := w.RecordInvestigation(ctx, mediator, ref(one), form)
		requireFault(t, err, "heldAt", "不能晚于现在")
		form.HeldAt = w.Now().AddDate(0, 0, -1)
		_, err = w.RecordInvestigation(ctx, mediator, ref(one), form)
		requireFault(t, err, "heldAt", "不能早于登记日期")
		form.HeldAt, form.As = w.Now(), "spy"
		_, err = w.RecordInvestigation(ctx, mediator, ref(one), form)
		requireFault(t, err, "as", "")
		_, err = w.RecordInvestigation(ctx, neighbour, ref(one), form)
		require.Equal(t, models.NotFound, models.AsError(err).Kind)
	})
}

// TestASignedInvestigationIsThere: the check of the papers asks for the signatures, and for no more.
func TestASignedInvestigationIsThere(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	c := w.log(t)
	c = did(t)(w.RecordInvestigation(t.Context(), mediator, ref(c), casework.InvestigationForm{HeldAt: w.Now(), Place: "田头", Asked: "邵老三", As: "witness", Text: "看见地界移过。", Signed: true}))
	require.Equal(t, models.PaperThere, paperState(c, "investigation"))
}

// TestAWrongPhotoIsWithdrawn: it leaves the file, with reason, and its bytes stay; after filing nothing leaves.
func TestAWrongPhotoIsWithdrawn(t *testing.T) {
	onEveryEngine(t, func(t *testing.T, w *world) {
		ctx, c := t.Context(), w.log(t)
		form := casework.AttachForm{Kind: models.AttachIdentity, Name: "证件", File: photo(t)}
		c = did(t)(w.Attach(ctx, mediator, ref(c), form))
		require.Equal(t, models.PaperThere, paperState(c, "identity"))
		_, err := w.Detach(ctx, mediator, ref(c), casework.DetachForm{Seq: 2, Reason: "附错了"})
		requireFault(t, err, "seq", "没有第2号")
		_, err = w.Detach(ctx, mediator, ref(c), casework.DetachForm{Seq: 1, Reason: " "})
		requireFault(t, err, "reason", "")
		c = did(t)(w.Detach(ctx, mediator, ref(c), casework.DetachForm{Seq: 1, Reason: "别人的证件"}))
		require.NotEqual(t, models.PaperThere, paperState(c, "identity"))
		last := c.Timeline[len(c.Timeline)-1]
		require.Contains(t, last.Note, c.Attachments[0].Mark())
		require.Contains(t, last.Note, "别人的证件")
		for _, p := range casefile.Papers(&casefile.Source{Case: c, Now: w.Now()}) {
			require.NotEqual(t, "attachment-1", p.Code)
		}
		_, data, err := w.OpenAttachment(ctx, mediator, c.ID, 1, false)
		require.NoError(t, err)
		require.NotEmpty(t, data, "the bytes stay")
		_, err = w.Detach(ctx, mediator, ref(c), casework.DetachForm{Seq: 1, Reason: "再撤"})
		requireFault(t, err, "seq", "已经撤下")

		c = did(t)(w.Attach(ctx, mediator, ref(c), form))
		require.Len(t, c.Attachments, 2, "the same photo may come in again")
		require.Equal(t, 2, c.Attachments[1].Seq)

		c = did(t)(w.Withdraw(ctx, mediator, ref(c), casework.ReasonForm{Reason: "双方已自行和解"}))
		c = did(t)(w.File(ctx, mediator, ref(c), casework.FileForm{Retention: "long", Known: true}))
		_, err = w.Detach(ctx, mediator, ref(c), casework.DetachForm{Seq: 2, Reason: "附错了"})
		require.Equal(t, "case.filed", models.AsError(err).Code)
	})
}
