package dossier_test

import (
	"crypto/sha256"
	"encoding/hex"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.mongodb.org/mongo-driver/v2/bson"

	"fengqiao/models"
	"fengqiao/pkg/dossier"
	"fengqiao/pkg/papers/casefile"
)

var now = time.Date(2026, 11, 24, 8, 0, 0, 0, time.UTC)

const pdf = "%PDF-1.7\n流水\n%%EOF\n"

func hashOf(text string) string {
	sum := sha256.Sum256([]byte(text))
	return hex.EncodeToString(sum[:])
}

// filed is a case with an attachment, made by the lifecycle so that its timeline is a true one.
func filed(t *testing.T) *casefile.Source {
	t.Helper()
	policy := models.DefaultPolicy(now.AddDate(-1, 0, 0))
	place := models.PlaceOf("990101101201")
	place.CountyName, place.TownshipName, place.VillageName, place.VillageCommittee = "青禾县", "枫溪镇", "北坡村", "北坡村人民调解委员会"
	c := &models.Case{
		ID: bson.ObjectID{1, 2, 3}, Place: place, Type: "neighbourhood", Title: "滴水纠纷", Facts: "屋檐滴水到邻家院子。", Source: "application", Risk: models.Blue,
		Parties: []models.Party{
			{Role: models.Applicant, Kind: models.Person, Name: "许来福", IDNumber: models.Sealed{KeyID: "k1", Box: []byte{1, 2, 3}, Index: "x", Mask: "990101********1234"}},
			{Role: models.Respondent, Kind: models.Person, Name: "邵兴旺"},
		},
	}
	actor := models.Actor{ID: "mediator", Name: "陈守义", Role: models.RoleMediator, Region: place.Village}
	rung := policy.Ladder[0]
	due := now.AddDate(0, 0, 3)
	c.Log(actor, now, rung, models.OfficeOf(rung, place), models.Clock{Phase: models.PhaseAcceptance, Since: now, DueAt: due, Days: 3, Unit: models.CalendarDays, Warnings: []models.Warning{{At: due, Days: 1}}}, "")
	c.Number = &models.CaseNumber{Text: "〔2026〕北坡村人调字第12号"}
	a := models.Attachment{Seq: 1, Kind: models.AttachEvidence, Name: "许来福的流水", Type: models.TypePDF, Hash: hashOf(pdf), Size: int64(len(pdf)), At: now, By: actor}
	require.NoError(t, c.Move(policy, models.ActionAttach, actor, now.Add(time.Minute), a.Entry(), func() error {
		c.Attachments = append(c.Attachments, a)
		return nil
	}))
	return &casefile.Source{Case: c, Now: now}
}

func export(t *testing.T) string {
	t.Helper()
	folder, err := dossier.Export(t.TempDir(), filed(t), map[string][]byte{hashOf(pdf): []byte(pdf)})
	require.NoError(t, err)
	return folder
}

func files(t *testing.T, folder string) []string {
	t.Helper()
	var out []string
	require.NoError(t, filepath.WalkDir(folder, func(path string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			out = append(out, path)
		}
		return err
	}))
	return out
}

func faults(t *testing.T, folder string) []string {
	t.Helper()
	found, err := dossier.Verify(folder)
	require.NoError(t, err)
	return found.Faults
}

func TestWhatIsExportedIsSound(t *testing.T) {
	t.Parallel()
	folder := export(t)
	require.Equal(t, "2026-北坡村人调字第12号", filepath.Base(folder))
	found, err := dossier.Verify(folder)
	require.NoError(t, err)
	require.Empty(t, found.Faults)
	require.Equal(t, 2, found.Events)
	require.Equal(t, "〔2026〕北坡村人调字第12号", found.Manifest.Number)
	all := files(t, folder)
	require.Len(t, all, len(found.Manifest.Files)+2)
	for _, path := range all {
		require.NotContains(t, filepath.Base(path), "许来福", "no name of a person in a file name")
		info, err := os.Stat(path)
		require.NoError(t, err)
		require.EqualValues(t, 0o600, info.Mode().Perm())
	}
	left, err := filepath.Glob(filepath.Join(filepath.Dir(folder), ".export-*"))
	require.NoError(t, err)
	require.Empty(t, left)
}

func TestNothingIsWrittenOver(t *testing.T) {
	t.Parallel()
	folder := export(t)
	_, err := dossier.Export(filepath.Dir(folder), filed(t), map[string][]byte{hashOf(pdf): []byte(pdf)})
	require.ErrorIs(t, err, dossier.ErrExists)
	_, err = dossier.Export(t.TempDir(), filed(t), nil)
	require.ErrorContains(t, err, "no bytes")
}

// TestEveryChangedByteIsFound changes bytes all over each file, one at a time: each of the small files, and of the
// large ones every so many.
func TestEveryChangedByteIsFound(t *testing.T) {
	t.Parallel()
	folder := export(t)
	for _, path := range files(t, folder) {
		data, err := os.ReadFile(path)
		require.NoError(t, err)
		step := max(1, len(data)/400)
		for i := 0; i < len(data); i += step {
			changed := append([]byte(nil), data...)
			changed[i] ^= 0x01
			require.NoError(t, os.WriteFile(path, changed, 0o600))
			require.NotEmpty(t, faults(t, folder), "%s: byte %d", path, i)
		}
		require.NoError(t, os.WriteFile(path, data[:len(data)-1], 0o600))
		require.NotEmpty(t, faults(t, folder), "%s: cut", path)
		require.NoError(t, os.WriteFile(path, append(append([]byte(nil), data...), '\n'), 0o600))
		require.NotEmpty(t, faults(t, folder), "%s: longer", path)
		require.NoError(t, os.WriteFile(path, data, 0o600))
	}
	require.Empty(t, faults(t, folder))
}

func TestMissingAndAddedFilesAreFound(t *testing.T) {
	t.Parallel()
	folder := export(t)
	for _, path := range files(t, folder) {
		data, err := os.ReadFile(path)
		require.NoError(t, err)
		require.NoError(t, os.Remove(path))
		require.NotEmpty(t, faults(t, folder), path)
		require.NoError(t, os.WriteFile(path, data, 0o600))
	}
	added := filepath.Join(folder, "papers", "补充.docx")
	require.NoError(t, os.WriteFile(added, []byte("x"), 0o600))
	require.Contains(t, strings.Join(faults(t, folder), ""), "多出文件")
	_, err := dossier.Verify(filepath.Join(folder, "nothing"))
	require.Error(t, err)
}

// TestForgedFolderIsFound makes a folder whose manifest fits, of a case whose history does not.
func TestForgedFolderIsFound(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name  string
		forge func(c *models.Case)
		bytes string
		want  string
	}{
		{"an entry changed", func(c *models.Case) { c.Timeline[0].Note = "没有这回事" }, pdf, "校验链"},
		{"an entry taken out", func(c *models.Case) { c.Timeline = c.Timeline[1:] }, pdf, "校验链"},
		{"no entry left", func(c *models.Case) { c.Timeline = nil }, pdf, "校验链"},
		{"another attachment in its place", func(c *models.Case) { c.Attachments[0].Hash = hashOf("%PDF-另一份") }, "%PDF-另一份", "办理经过里没有记录"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			s := filed(t)
			tt.forge(s.Case)
			folder, err := dossier.Export(t.TempDir(), s, map[string][]byte{hashOf(tt.bytes): []byte(tt.bytes)})
			require.NoError(t, err)
			require.Contains(t, strings.Join(faults(t, folder), "\n"), tt.want)
		})
	}
}

// TestManifestStaysInside asks that a manifest cannot make anybody read outside of the folder.
func TestManifestStaysInside(t *testing.T) {
	t.Parallel()
	folder := export(t)
	secret := filepath.Join(filepath.Dir(folder), "secret")
	require.NoError(t, os.WriteFile(secret, []byte("x"), 0o600))
	path := filepath.Join(folder, "manifest.json")
	data, err := os.ReadFile(path)
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(path, []byte(strings.Replace(string(data), `"path": "case.json"`, `"path": "../secret"`, 1)), 0o600))
	require.Contains(t, strings.Join(faults(t, folder), "\n"), "缺少文件 ../secret")
}
