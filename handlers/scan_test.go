package handlers_test

import (
	"context"
	"net/http"
	"net/url"
	"testing"

	"github.com/stretchr/testify/require"

	"fengqiao/handlers/api"
	"fengqiao/models"
	"fengqiao/pkg/casework"
)

// scanOf is a photo that was sent from a place.
func scanOf(place string) string { return models.ScanID(place, "sent") }

// sent lets that photo wait, as if it had just come in.
func (w *world) sent(place string) {
	hash, err := w.store.KeepFile(context.Background(), scan())
	if err != nil {
		return // where a test breaks the store: then the route fails
	}
	fresh := &models.Scan{
		ID: scanOf(place), Region: place, Waiting: place, At: w.clock.Now(), By: models.Actor{Name: "陈守义"},
		File: models.Attachment{Type: models.TypePDF, Hash: hash, Sent: hash, Size: int64(len(scan()))},
	}
	if old, err := w.store.Scan(context.Background(), models.Scope{Region: county}, fresh.ID); err == nil {
		fresh.Head = old.Head
		_ = w.store.ReplaceScan(context.Background(), fresh)
		return
	}
	_ = w.store.InsertScan(context.Background(), fresh)
}

// scanVisits says how the routes of photos and of forms for stock are asked.
func scanVisits() map[string]visit {
	sent := func(w *world, about target) { w.sent(about.place) }
	return map[string]visit{
		"GET /scans": {}, "GET /api/v1/scans": {}, "GET /api/v1/forms": {}, "GET /api/v1/forms/:form": {},
		"POST /scans":        {body: func(*world, target) any { return uploadOf(url.Values{}, scan()) }},
		"POST /api/v1/scans": {body: same(casework.SendForm{File: scan()})},
		"GET /scans/:scan":   {place: true, prepare: sent}, "GET /api/v1/scans/:scan": {place: true, prepare: sent},
		"GET /scans/:scan/file": {place: true, prepare: sent}, "GET /api/v1/scans/:scan/file": {place: true, prepare: sent},
		"POST /scans/:scan": {stage: over, prepare: sent, body: func(_ *world, about target) any {
			return url.Values{"case": {about.found.ID}, "kind": {models.AttachEvidence}}
		}},
		"POST /api/v1/scans/:scan/attach": {stage: over, prepare: sent, body: func(_ *world, about target) any {
			return casework.ScanForm{Case: about.found.ID, Kind: models.AttachEvidence}
		}},
		"POST /api/v1/scans/:scan/aside": {place: true, prepare: sent, body: same(casework.AsideForm{Reason: "拍重了"})},
		"POST /forms/:form/stock":        {body: same(url.Values{"copies": {"2"}})},
		"POST /api/v1/forms/:form/stock": {body: same(casework.StockForm{Copies: 2})},
	}
}

// TestAFileMayBeSentAsAPart asks that the API takes a file as a browser sends it, beside base64, by the same rules.
func TestAFileMayBeSentAsAPart(t *testing.T) {
	t.Parallel()
	w := newWorld(t, openEmbedded(t))
	c := w.caseAt(t, village, models.RegionVillage, logged)
	path := casePath(c.ID, "attachments")
	changed := into[api.Case](t, w.post(t, path, "mediator", uploadOf(url.Values{"kind": {models.AttachEvidence}, "name": {"合同"}}, scan())), http.StatusOK)
	again := into[api.Case](t, w.post(t, path, "mediator", casework.AttachForm{Kind: models.AttachEvidence, File: scan()}), http.StatusOK)
	require.Equal(t, changed.Version, again.Version, "the same bytes")
	papers := into[api.Papers](t, w.get(t, casePath(c.ID, "papers"), "mediator"), http.StatusOK)
	require.Len(t, papers.Attachments, 1)
	require.Equal(t, "合同", papers.Attachments[0].Name)

	told := problem(t, w.post(t, path, "mediator", uploadOf(url.Values{"kind": {models.AttachEvidence}, "nonsense": {"1"}}, scan())), http.StatusUnprocessableEntity)
	require.Equal(t, "nonsense", told.Errors[0].Field)
	told = problem(t, w.post(t, path, "mediator", uploadOf(url.Values{"kind": {"photo"}}, scan())), http.StatusUnprocessableEntity)
	require.Equal(t, "kind", told.Errors[0].Field)
	for name, body := range map[string]any{
		"a part": uploadOf(url.Values{"kind": {models.AttachEvidence}}, make([]byte, 60<<20)),
		"JSON":   casework.AttachForm{Kind: models.AttachEvidence, File: make([]byte, 60<<20)},
	} {
		told = problem(t, w.post(t, path, "mediator", body), http.StatusRequestEntityTooLarge)
		require.Equal(t, "file", told.Errors[0].Field, name)
		require.Contains(t, told.Errors[0].Message, "20MB", name)
	}
	require.Equal(t, http.StatusBadRequest, w.post(t, path, "mediator", upload{"multipart/form-data; boundary=x", "--x\r\ncut off"}).status)
	require.Equal(t, http.StatusUnsupportedMediaType, w.post(t, casePath(c.ID, "accept"), "mediator", uploadOf(url.Values{}, scan())).status)
}
