package casework_test

import (
	"archive/zip"
	"bytes"
	"image"
	"image/png"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"go.mongodb.org/mongo-driver/v2/bson"

	"fengqiao/models"
	"fengqiao/pkg/casework"
	"fengqiao/pkg/escalation"
	"fengqiao/pkg/papers/casefile"
	"fengqiao/pkg/papers/docx/docxtest"
	"fengqiao/pkg/store"
)

// scan is a PDF that says something.
func scan(text string) []byte { return []byte("%PDF-1.7\n" + text + "\n%%EOF\n") }

func photo(t *testing.T) []byte {
	t.Helper()
	var out bytes.Buffer
	require.NoError(t, png.Encode(&out, image.NewRGBA(image.Rect(0, 0, 30, 20))))
	return out.Bytes()
}

// looks are the access records about a case, the newest first.
func (w *world) looks(t *testing.T, c *models.Case) []string {
	t.Helper()
	found, err := w.store.Accesses(t.Context(), models.Scope{Region: county}, models.FarFuture(), 100)
	require.NoError(t, err)
	var out []string
	for _, a := range found {
		if a.Case == c.ID.Hex() {
			out = append(out, a.Actor.ID+" "+a.What)
		}
	}
	return out
}

func TestAttach(t *testing.T) {
	onEveryEngine(t, func(t *testing.T, w *world) {
		c := w.log(t)
		one := did(t)(w.Attach(t.Context(), mediator, ref(c), casework.AttachForm{Kind: models.AttachEvidence, Name: " 合同照片 ", File: photo(t)}))
		require.Len(t, one.Attachments, 1)
		a := one.Attachments[0]
		require.Equal(t, "合同照片", a.Name)
		require.Equal(t, models.TypeJPEG, a.Type)
		require.Contains(t, one.Timeline[1].Note, a.Mark(), "the timeline names the very bytes")

		// The same photo again changes nothing; as another kind of paper it is another attachment.
		again := did(t)(w.Attach(t.Context(), mediator, ref(c), casework.AttachForm{Kind: models.AttachEvidence, File: photo(t)}))
		require.Equal(t, one.Version, again.Version)
		two := did(t)(w.Attach(t.Context(), mediator, casework.Ref{ID: c.ID}, casework.AttachForm{Kind: models.AttachIdentity, File: photo(t)}))
		require.Equal(t, "身份证明2", two.Attachments[1].Name)
		did(t)(w.Attach(t.Context(), mediator, casework.Ref{ID: c.ID}, casework.AttachForm{Kind: models.AttachReceipt, File: scan("收条")}))

		_, err := w.Attach(t.Context(), mediator, ref(c), casework.AttachForm{Kind: models.AttachOther, File: scan("x")})
		require.Equal(t, models.Conflict, models.AsError(err).Kind, "who names a version is told that it is an old one")

		kept, data, err := w.OpenAttachment(t.Context(), judicial, c.ID, 1, false)
		require.NoError(t, err)
		require.Equal(t, a.Hash, kept.Hash)
		require.EqualValues(t, a.Size, len(data))
		_, small, err := w.OpenAttachment(t.Context(), mediator, c.ID, 1, true)
		require.NoError(t, err)
		require.NotEmpty(t, small)
		require.Equal(t, []string{"chen attachment", "he attachment"}, w.looks(t, c))

		for _, nobody := range []models.Actor{secretary, auditor} {
			_, _, err := w.OpenAttachment(t.Context(), nobody, c.ID, 1, false)
			require.Equal(t, models.Forbidden, models.AsError(err).Kind)
		}
		_, _, err = w.OpenAttachment(t.Context(), alien, c.ID, 1, false)
		require.True(t, store.IsNotFound(err))
		_, _, err = w.OpenAttachment(t.Context(), mediator, c.ID, 9, false)
		require.True(t, store.IsNotFound(err))
		require.Len(t, w.looks(t, c), 2, "what was not shown is not on record")
	})
}

func TestTogetherTheSamePhotoIsOne(t *testing.T) {
	onEveryEngine(t, func(t *testing.T, w *world) {
		if !w.atomic(t, "one photo sent by several at once") {
			return
		}
		c := w.log(t)
		_, errs := together(func(int) (*models.Case, error) {
			return w.Attach(t.Context(), mediator, casework.Ref{ID: c.ID}, casework.AttachForm{Kind: models.AttachEvidence, File: scan("同一份")})
		})
		for _, err := range errs {
			require.NoError(t, err)
		}
		require.Len(t, w.stored(t, c).Attachments, 1)
	})
}

func TestAttachRefuses(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	c := w.log(t)
	for _, tt := range []struct {
		name, field string
		form        casework.AttachForm
	}{
		{"no file", "file", casework.AttachForm{Kind: models.AttachEvidence}},
		{"a lie", "file", casework.AttachForm{Kind: models.AttachEvidence, File: []byte("MZ not a photo")}},
		{"too large", "file", casework.AttachForm{Kind: models.AttachEvidence, File: make([]byte, 60<<20)}},
		{"no such kind", "kind", casework.AttachForm{Kind: "diary", File: scan("x")}},
		{"too long a name", "name", casework.AttachForm{Kind: models.AttachEvidence, Name: strings.Repeat("长", 61), File: scan("x")}},
	} {
		_, err := w.Attach(t.Context(), mediator, ref(c), tt.form)
		require.Len(t, models.AsError(err).Fields, 1, tt.name)
		require.Equal(t, tt.field, models.AsError(err).Fields[0].Field, tt.name)
	}
	require.Empty(t, w.stored(t, c).Attachments)
}

func TestPapersAreMaskedAndPrintedWhole(t *testing.T) {
	onEveryEngine(t, func(t *testing.T, w *world) {
		c := w.mediated(t)
		did(t)(w.Attach(t.Context(), mediator, ref(c), casework.AttachForm{Kind: models.AttachEvidence, Name: "许来福的合同", File: photo(t)}))
		_, paper, err := w.Paper(t.Context(), auditor, c.ID, "identity")
		require.NoError(t, err)
		page := string(casefile.HTML(paper))
		require.Contains(t, page, "330681********6417")
		require.NotContains(t, page, idNumber)
		require.Empty(t, w.looks(t, c))

		document, err := w.PrintPaper(t.Context(), judicial, c.ID, "identity")
		require.NoError(t, err)
		require.Contains(t, docxtest.Part(t, document.Data, "word/document.xml"), idNumber)
		whole, err := w.PrintFile(t.Context(), mediator, c.ID)
		require.NoError(t, err)
		require.Equal(t, "2026-北坡村人调字第1号-卷宗.docx", whole.Name)
		require.Contains(t, docxtest.Part(t, whole.Data, "word/_rels/document.xml.rels"), "media/image1.jpeg")
		packed, err := w.PrintZip(t.Context(), mediator, c.ID)
		require.NoError(t, err)
		archive, err := zip.NewReader(bytes.NewReader(packed.Data), int64(len(packed.Data)))
		require.NoError(t, err)
		for _, f := range archive.File {
			require.NotContains(t, f.Name, "许来福")
		}
		require.Equal(t, []string{"chen papers", "chen papers", "he papers"}, w.looks(t, c))

		for _, print := range []func(models.Actor) error{
			func(a models.Actor) error { _, err := w.PrintPaper(t.Context(), a, c.ID, "identity"); return err },
			func(a models.Actor) error { _, err := w.PrintFile(t.Context(), a, c.ID); return err },
			func(a models.Actor) error { _, err := w.PrintZip(t.Context(), a, c.ID); return err },
		} {
			for _, nobody := range []models.Actor{secretary, auditor, admin} {
				require.Equal(t, models.Forbidden, models.AsError(print(nobody)).Kind, nobody.Name)
			}
			require.True(t, store.IsNotFound(print(alien)))
		}
		_, err = w.PrintPaper(t.Context(), mediator, c.ID, "agreement")
		require.True(t, store.IsNotFound(err), "there is none yet")
		_, _, err = w.Paper(t.Context(), mediator, bson.NewObjectID(), "cover")
		require.True(t, store.IsNotFound(err))
	})
}

func TestFile(t *testing.T) {
	onEveryEngine(t, func(t *testing.T, w *world) {
		c := w.mediated(t, func(f *casework.LogForm) { f.Parties[0].IDNumber = "" })
		_, err := w.File(t.Context(), mediator, ref(c), casework.FileForm{Retention: "long"})
		require.Equal(t, models.Precondition, models.AsError(err).Kind, "it is not over")
		c = did(t)(w.Withdraw(t.Context(), mediator, ref(c), casework.ReasonForm{Reason: "撤回"}))

		// What is missing is named before; who knows it may go on.
		for field, form := range map[string]casework.FileForm{
			"known": {Retention: "long"}, "retention": {Known: true}, "on": {Retention: "long", Known: true, On: "2026-03-01"},
		} {
			_, err := w.File(t.Context(), mediator, ref(c), form)
			require.Len(t, models.AsError(err).Fields, 1, field)
			require.Equal(t, field, models.AsError(err).Fields[0].Field)
		}
		_, err = w.File(t.Context(), mediator, ref(c), casework.FileForm{Retention: "long"})
		require.Contains(t, models.AsError(err).Fields[0].Message, "没有登记证件号码：许来福")

		c = did(t)(w.File(t.Context(), mediator, ref(c), casework.FileForm{Retention: "long", Known: true, Remark: "共一卷"}))
		require.Equal(t, "2026-03-02", c.Filing.On)
		require.Equal(t, "陈守义", c.Filing.By)
		require.NotEmpty(t, c.Filing.Missing)

		// Nothing goes any more but a supplement.
		policy := w.policy
		for _, actor := range []models.Actor{mediator, chair, judicial, countyMan, models.SystemActor()} {
			for _, action := range c.Allowed(policy, actor) {
				require.Equal(t, models.ActionAddend, action)
			}
		}
		frozen := *w.stored(t, c)
		c = did(t)(w.Attach(t.Context(), mediator, ref(c), casework.AttachForm{Kind: models.AttachVisit, File: scan("回访")}))
		require.Equal(t, 1, c.Attachments[0].Supplement)
		c = did(t)(w.Addend(t.Context(), mediator, ref(c), casework.AddendForm{Text: "双方没有再起争执"}))
		require.Len(t, c.Filing.Supplements, 2)
		require.Equal(t, frozen.Facts, c.Facts)
		require.Equal(t, frozen.Position(), c.Position())
		_, paper, err := w.Paper(t.Context(), secretary, c.ID, "statement")
		require.NoError(t, err)
		require.Contains(t, string(casefile.HTML(paper)), "双方没有再起争执")
		require.True(t, slices.ContainsFunc(c.Timeline, func(e models.Event) bool { return e.Action == models.ActionFile }))
	})
}

// TestFiledIsNotRemindedOf files a case whose visit is still planned: the clock has nothing to do there any more.
func TestFiledIsNotRemindedOf(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	c := did(t)(w.Agree(t.Context(), mediator, ref(w.mediated(t)), oral()))
	c = did(t)(w.Close(t.Context(), mediator, ref(c), casework.CloseForm{}))
	require.NotNil(t, c.NextAt, "the visit")
	c = did(t)(w.File(t.Context(), mediator, ref(c), casework.FileForm{Retention: "long", Known: true}))
	require.Nil(t, c.NextAt)
	w.at("2026-06-01 09:00")
	run, err := escalation.NewSweeper(w.store).Run(t.Context(), w.Now())
	require.NoError(t, err)
	require.Zero(t, run.Moved+run.Warned)
	require.Equal(t, c.Version, w.stored(t, c).Version)
}

func TestEmptyForm(t *testing.T) {
	t.Parallel()
	document, err := casework.EmptyForm("agreement")
	require.NoError(t, err)
	require.Equal(t, "空白-人民调解协议书.docx", document.Name)
	_, err = casework.EmptyForm("nothing")
	require.True(t, store.IsNotFound(err))
}
