package casework_test

import (
	"context"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
	"go.mongodb.org/mongo-driver/v2/bson"

	"fengqiao/models"
	"fengqiao/pkg/casework"
	"fengqiao/pkg/docstore"
	"fengqiao/pkg/docstore/docstoretest"
	"fengqiao/pkg/docstore/embedded"
	"fengqiao/pkg/seal"
	"fengqiao/pkg/store"
)

// numbered is a draft whose numbers were typed as people type them.
func numbered(f *casework.LogForm) {
	f.Parties[0].IDNumber, f.Parties[0].Phone = " 330681 19580312 6417 ", "+86 138-1234-5678"
	f.Parties[1].IDNumber, f.Parties[1].Phone = "93330681ma2abcde7a", "0575-87654321"
}

// clear are the numbers of that draft, as they are meant and as they were typed.
var clear = []string{idNumber, phone, creditCode, "057587654321", "330681 19580312 6417", "138-1234-5678", "93330681ma2abcde7a", "0575-87654321"}

// accesses are the records of who looked.
func (w *world) accesses(t *testing.T) []*models.Access {
	t.Helper()
	found, err := w.store.Accesses(t.Context(), models.Scope{Region: county}, models.FarFuture(), 100)
	require.NoError(t, err)
	return found
}

func TestReveal(t *testing.T) {
	t.Parallel()
	onEveryEngine(t, func(t *testing.T, w *world) {
		c := w.log(t, numbered)
		require.Equal(t, "330681********6417", c.Parties[0].IDNumber.Mask)
		require.Equal(t, "138****5678", c.Parties[0].Phone.Mask)
		for i, actor := range []models.Actor{mediator, chair, judicial, countyMan} {
			got, err := w.Reveal(t.Context(), actor, c.ID)
			require.NoError(t, err)
			require.Equal(t, []casework.Unsealed{
				{Name: "许来福", IDNumber: idNumber, Phone: phone},
				{Name: "丰年农机合作社", IDNumber: creditCode, Phone: "057587654321"},
			}, got)
			records := w.accesses(t)
			require.Len(t, records, i+1)
			var own *models.Access
			for _, r := range records {
				if r.Actor == actor {
					own = r
				}
			}
			require.NotNil(t, own)
			require.Equal(t, "reveal", own.What)
			require.Equal(t, c.ID.Hex(), own.Case)
			require.Equal(t, village, own.Region)
			require.True(t, w.Now().Equal(own.At))
		}
		const message = "只有办理案件的人员可以查看完整的证件号码和电话"
		for _, actor := range []models.Actor{secretary, auditor} {
			got, err := w.Reveal(t.Context(), actor, c.ID)
			requireTold(t, models.Forbidden, "case.reveal", message, err)
			require.Nil(t, got)
		}
		for _, actor := range []models.Actor{neighbour, nextDoor, alien} {
			got, err := w.Reveal(t.Context(), actor, c.ID)
			requireTold(t, models.NotFound, "not_found", "没有找到这个纠纷", err)
			require.Nil(t, got)
		}
		require.Len(t, w.accesses(t), 4, "who saw nothing is on no record")
	})
}

// TestRevealRecordsBeforeItOpens: where opening fails the record is there; where the record cannot
// be written nothing is opened.
func TestRevealRecordsBeforeItOpens(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	c := w.log(t, numbered)
	another, err := seal.LoadOrCreate(filepath.Join(t.TempDir(), "another.key"))
	require.NoError(t, err)
	keyless := casework.New(w.store, another, models.NewValidator(), w.Now)
	got, err := keyless.Reveal(t.Context(), mediator, c.ID)
	require.ErrorIs(t, err, seal.ErrBroken)
	require.Equal(t, models.Internal, models.AsError(err).Kind)
	require.Nil(t, got)
	require.Len(t, w.accesses(t), 1)

	deaf, err := store.New(t.Context(), deafTo{w.engine, "accesses"})
	require.NoError(t, err)
	got, err = casework.New(deaf, w.ring, models.NewValidator(), w.Now).Reveal(t.Context(), mediator, c.ID)
	requireTold(t, models.Unavailable, "unavailable", "系统暂时不能用，请稍后再试", err)
	require.Nil(t, got)
	require.Len(t, w.accesses(t), 1)
}

// deafTo takes no documents of one kind.
type deafTo struct {
	docstore.Engine
	kind string
}

func (d deafTo) Insert(ctx context.Context, kind *docstore.Kind, doc bson.Raw) error {
	if kind.Name == d.kind {
		return docstore.ErrUnavailable
	}
	return d.Engine.Insert(ctx, kind, doc)
}

// TestNumbersAreBoundToTheirCase: a box that was put into another case file opens for nobody.
func TestNumbersAreBoundToTheirCase(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	from, to := w.log(t), w.log(t)
	to.Parties[0].IDNumber = from.Parties[0].IDNumber
	require.NoError(t, w.store.ReplaceCase(t.Context(), to))
	_, err := w.Reveal(t.Context(), mediator, to.ID)
	require.ErrorIs(t, err, seal.ErrBroken)

	swapped := w.log(t)
	swapped.Parties[0].IDNumber, swapped.Parties[0].Phone = swapped.Parties[0].Phone, swapped.Parties[0].IDNumber
	require.NoError(t, w.store.ReplaceCase(t.Context(), swapped))
	_, err = w.Reveal(t.Context(), mediator, swapped.ID)
	require.ErrorIs(t, err, seal.ErrBroken)
}

// TestNumbersAreNowhereInTheClear: not in the document of a case that lived through everything, nor
// anywhere in the file of the store.
func TestNumbersAreNowhereInTheClear(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	engine, err := embedded.Open(t.Context(), filepath.Join(dir, "cases.db"))
	require.NoError(t, err)
	w := newWorldOn(t, engine, docstoretest.All)
	c := did(t)(w.RecordSitting(t.Context(), mediator, ref(w.accepted(t, numbered)), w.sitting()))
	c = did(t)(w.Assess(t.Context(), mediator, ref(c), casework.RiskForm{Risk: models.Red, Reason: "有人扬言打人"}))
	c = did(t)(w.Review(t.Context(), judicial, ref(c), casework.ReviewForm{Decision: "accept"}))
	c = did(t)(w.Agree(t.Context(), judicial, ref(c), written()))
	_, err = w.Reveal(t.Context(), judicial, c.ID)
	require.NoError(t, err)
	_, err = w.SearchGrams(idNumber)
	require.NoError(t, err)

	var cases *docstore.Kind
	for _, kind := range store.Kinds() {
		if kind.Name == "cases" {
			cases = kind
		}
	}
	raw, err := engine.Get(t.Context(), cases, c.ID)
	require.NoError(t, err)
	require.NoError(t, engine.Close())
	texts := map[string]string{"the document": string(raw)}
	files, err := os.ReadDir(dir)
	require.NoError(t, err)
	for _, f := range files {
		bytes, err := os.ReadFile(filepath.Join(dir, f.Name()))
		require.NoError(t, err)
		texts[f.Name()] = string(bytes)
	}
	require.Contains(t, texts["the document"], "许来福", "the text is searched where names are")
	require.Contains(t, texts["cases.db"], "许来福")
	for where, text := range texts {
		for _, number := range append([]string{idNumber[6:14]}, clear...) {
			require.NotContains(t, text, number, where)
		}
	}
}

func TestSearch(t *testing.T) {
	t.Parallel()
	onEveryEngine(t, func(t *testing.T, w *world) {
		c := did(t)(w.Accept(t.Context(), mediator, ref(w.log(t, numbered)), casework.AcceptForm{}))
		other := w.log(t, func(f *casework.LogForm) {
			f.Title, f.Land = "水渠纠纷", nil
			f.Parties[0] = casework.PartyForm{Role: models.Applicant, Kind: models.Person, Name: "许三婶"}
			f.Parties[1] = casework.PartyForm{Role: models.Respondent, Kind: models.Person, Name: "邵兴旺"}
		})
		for _, test := range []struct {
			q    string
			want []*models.Case
		}{
			{idNumber, []*models.Case{c}},
			{"330681 19580312 6417", []*models.Case{c}},
			{phone, []*models.Case{c}},
			{"+86 138 1234 5678", []*models.Case{c}},
			{"0575-87654321", []*models.Case{c}},
			{creditCode, []*models.Case{c}},
			{"93330681ma2abcde7a", []*models.Case{c}},
			{"11010519491231002X", nil}, // a number of nobody here
			{"13900000000", nil},
			{idNumber[:17], nil}, // a part of a number finds nothing
			{"81195803", nil},
			{"许来福", []*models.Case{c}},
			{"来福", []*models.Case{c}},
			{"农机合作社", []*models.Case{c}},
			{"长垄", []*models.Case{c}},
			{"北坡村人调字第1号", []*models.Case{c}},
			{"水渠", []*models.Case{other}},
			{"许来福 水渠", nil}, // all of the words
			{"许三婶 水渠", []*models.Case{other}},
		} {
			grams, err := w.SearchGrams(test.q)
			require.NoError(t, err, test.q)
			page, err := w.List(t.Context(), chair, store.CaseFilter{Grams: grams}, "", 10)
			require.NoError(t, err)
			require.Len(t, page.Cases, len(test.want), test.q)
			for i, want := range test.want {
				require.Equal(t, want.ID, page.Cases[i].ID, test.q)
			}
			page, err = w.List(t.Context(), neighbour, store.CaseFilter{Grams: grams}, "", 10)
			require.NoError(t, err)
			require.Empty(t, page.Cases, "outside the scope: %s", test.q)
		}
		for _, q := range []string{"", " ", "许", "许 来 福", "，。"} {
			_, err := w.SearchGrams(q)
			requireFields(t, err, "q", "请至少输入两个连续的字，例如姓名或地块名称")
		}
	})
}
