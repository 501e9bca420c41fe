package dossier

import (
	"archive/zip"
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"

	"fengqiao/models"
	"fengqiao/pkg/docstore"
	"fengqiao/pkg/papers/casefile"
)

// Names in the folder.
const (
	manifestFile = "manifest.json"
	sumFile      = "manifest.sha256"
	caseFile     = "case.json"
	timelineFile = "timeline.json"
)

// format counts how the folder is laid out.
const format = 1

// Manifest lists what belongs to the folder.
type Manifest struct {
	Format   int       `json:"format"`
	Case     string    `json:"case"` // id
	Number   string    `json:"number"`
	Exported time.Time `json:"exported"`
	Files    []Entry   `json:"files"`
}

// Entry is one file.
type Entry struct {
	Path   string `json:"path"`
	Size   int64  `json:"size"`
	SHA256 string `json:"sha256"`
}

// ErrExists says that the folder is there already: nothing is written over.
var ErrExists = errors.New("folder exists")

// Export writes the case of a source into a new folder inside dir, and gives its path. The folder is there whole
// or not at all. attachments are the bytes by their hash.
func Export(dir string, source *casefile.Source, attachments map[string][]byte) (string, error) {
	name := casefile.Number(source)
	target := filepath.Join(dir, name)
	if _, err := os.Lstat(target); err == nil {
		return target, fmt.Errorf("%s: %w", target, ErrExists)
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return "", err
	}
	draft, err := os.MkdirTemp(dir, ".export-")
	if err != nil {
		return "", err
	}
	defer os.RemoveAll(draft)
	w := &writer{dir: draft, manifest: Manifest{Format: format, Case: source.Case.ID.Hex(), Number: source.Case.NumberText(), Exported: source.Now.UTC()}}
	if err := w.all(source, attachments); err != nil {
		return "", fmt.Errorf("export case %s: %w", source.Case.ID.Hex(), err)
	}
	return target, os.Rename(draft, target)
}

// writer writes files and notes them.
type writer struct {
	dir      string
	manifest Manifest
}

func (w *writer) all(source *casefile.Source, attachments map[string][]byte) error {
	c := source.Case
	raw, err := docstore.Marshal(c)
	if err != nil {
		return err
	}
	document, err := bson.MarshalExtJSONIndent(bson.Raw(raw), true, false, "", " ")
	if err != nil {
		return err
	}
	timeline, err := json.MarshalIndent(c.Timeline, "", " ")
	if err != nil {
		return err
	}
	if err := errors.Join(w.put(caseFile, document), w.put(timelineFile, timeline), w.papers(source)); err != nil {
		return err
	}
	for i := range c.Attachments {
		a := &c.Attachments[i]
		data, ok := attachments[a.Hash]
		if !ok {
			return fmt.Errorf("attachment %d has no bytes", a.Seq)
		}
		if err := w.put(pathOf(a), data); err != nil {
			return err
		}
	}
	manifest, err := json.MarshalIndent(w.manifest, "", " ")
	if err != nil {
		return err
	}
	return errors.Join(w.write(manifestFile, manifest), w.write(sumFile, []byte(sumLine(manifest))))
}

// pathOf is where an attachment lies. What somebody called it may be a name: it is not in there.
func pathOf(a *models.Attachment) string {
	extension := "jpg"
	if !a.IsPicture() {
		extension = "pdf"
	}
	return fmt.Sprintf("attachments/%03d-%s.%s", a.Seq, a.Kind, extension)
}

func (w *writer) papers(source *casefile.Source) error {
	papers := casefile.Papers(source)
	whole, err := casefile.Whole(papers).Bytes()
	if err != nil {
		return err
	}
	if err := w.put("papers/"+casefile.Number(source)+"-00-卷宗.docx", whole); err != nil {
		return err
	}
	var single bytes.Buffer
	if err := casefile.Zip(&single, papers, casefile.Number(source)); err != nil {
		return err
	}
	archive, err := zip.NewReader(bytes.NewReader(single.Bytes()), int64(single.Len()))
	if err != nil {
		return err
	}
	for _, f := range archive.File {
		if err := w.unpack(f); err != nil {
			return err
		}
	}
	return nil
}

func (w *writer) unpack(f *zip.File) error {
	r, err := f.Open()
	if err != nil {
		return err
	}
	defer r.Close()
	data, err := io.ReadAll(r)
	if err != nil {
		return err
	}
	return w.put("papers/"+f.Name, data)
}

// put writes a file that the manifest lists.
func (w *writer) put(path string, data []byte) error {
	w.manifest.Files = append(w.manifest.Files, Entry{Path: path, Size: int64(len(data)), SHA256: sum(data)})
	return w.write(path, data)
}

func (w *writer) write(path string, data []byte) error {
	full := filepath.Join(w.dir, filepath.FromSlash(path))
	if err := os.MkdirAll(filepath.Dir(full), 0o700); err != nil {
		return err
	}
	return os.WriteFile(full, data, 0o600)
}

func sum(data []byte) string {
	s := sha256.Sum256(data)
	return hex.EncodeToString(s[:])
}

// sumLine is what stands in manifest.sha256.
func sumLine(manifest []byte) string { return sum(manifest) + "\n" }
