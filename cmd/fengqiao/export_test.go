package main

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"fengqiao/models"
	"fengqiao/pkg/casework"
	"fengqiao/pkg/demo"
)

// TestExportAndVerify exports a case with an attachment, checks the folder without the store, and finds it
// changed afterwards.
func TestExportAndVerify(t *testing.T) {
	t.Parallel()
	data, out := t.TempDir(), t.TempDir()
	logged := time.Date(2026, 8, 10, 2, 0, 0, 0, time.UTC)
	ids := logThree(t, data, logged)
	a, ring := openAt(t, fileSite(data), logged.AddDate(0, 0, 1))
	_, err := a.casework(ring).Attach(t.Context(), demo.Accounts()[0].Actor, casework.Ref{ID: ids[0]}, casework.AttachForm{Kind: models.AttachEvidence, File: []byte("%PDF-1.7\n合同\n%%EOF")})
	require.NoError(t, err)

	said := mustCall(t, "", "export", "--data", data, "--case", "〔2026〕北坡村人调字第1号", "--out", out)
	folder := filepath.Join(out, "2026-北坡村人调字第1号")
	require.Contains(t, said, folder)
	require.Contains(t, mustCall(t, "", "verify", folder), "✓ 〔2026〕北坡村人调字第1号")
	seen, err := a.store.Accesses(t.Context(), models.Scope{Region: demo.CountyCode}, models.FarFuture(), 10)
	require.NoError(t, err)
	require.Equal(t, casework.AccessExport, seen[0].What)
	require.Equal(t, ids[0].Hex(), seen[0].Case)

	for _, args := range [][]string{
		{"export", "--data", data, "--case", ids[0].Hex(), "--out", out},  // it is there already
		{"export", "--data", data, "--case", "〔2026〕没有第9号", "--out", out}, // there is no such case
		{"verify", filepath.Join(out, "nothing")},
	} {
		code, _, told := call(t, "", args...)
		require.NotEqual(t, exitOK, code, args)
		require.NotEmpty(t, told, args)
	}
	attachment := filepath.Join(folder, "attachments", "001-evidence.pdf")
	require.NoError(t, os.WriteFile(attachment, []byte("%PDF-1.7\n另一份\n%%EOF"), 0o600))
	code, text, _ := call(t, "", "verify", folder)
	require.NotEqual(t, exitOK, code)
	require.Contains(t, text, "第1号材料不是当时附上的那一份")
}
