package dossier

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io/fs"
	"os"
	"slices"

	"go.mongodb.org/mongo-driver/v2/bson"

	"fengqiao/models"
	"fengqiao/pkg/docstore"
)

// Found is what a check found.
type Found struct {
	Manifest Manifest
	Events   int      // entries of the timeline
	Faults   []string // in plain Chinese; none where everything fits
}

// Verify checks a folder by what is in it. An error is returned only where it cannot be read at all.
func Verify(dir string) (Found, error) {
	root, err := os.OpenRoot(dir) // what a manifest names outside of the folder is not there
	if err != nil {
		return Found{}, err
	}
	defer root.Close()
	v := &verifier{root: root}
	manifest, ok := v.read(manifestFile)
	if !ok {
		return v.found, nil
	}
	if said, ok := v.read(sumFile); ok && string(said) != sumLine(manifest) {
		v.fault("清单 manifest.json 被改动过：与 manifest.sha256 不符")
	}
	if err := strict(manifest, &v.found.Manifest); err != nil || v.found.Manifest.Format != format {
		v.fault("清单 manifest.json 读不懂")
		return v.found, nil
	}
	v.files()
	v.unlisted()
	v.document()
	return v.found, nil
}

type verifier struct {
	root  *os.Root
	found Found
}

func (v *verifier) fault(text string, args ...any) {
	v.found.Faults = append(v.found.Faults, fmt.Sprintf(text, args...))
}

func (v *verifier) read(path string) ([]byte, bool) {
	data, err := fs.ReadFile(v.root.FS(), path)
	if err != nil {
		v.fault("缺少文件 %s", path)
		return nil, false
	}
	return data, true
}

// files compares each listed file with its hash.
func (v *verifier) files() {
	for _, e := range v.found.Manifest.Files {
		if data, ok := v.read(e.Path); ok && (int64(len(data)) != e.Size || sum(data) != e.SHA256) {
			v.fault("文件 %s 被改动过：校验码不符", e.Path)
		}
	}
}

// unlisted looks for files that were added.
func (v *verifier) unlisted() {
	listed := map[string]bool{manifestFile: true, sumFile: true}
	for _, e := range v.found.Manifest.Files {
		listed[e.Path] = true
	}
	for _, must := range []string{caseFile, timelineFile} {
		if !listed[must] {
			v.fault("清单里没有 %s", must)
		}
	}
	err := fs.WalkDir(v.root.FS(), ".", func(path string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() && !listed[path] {
			v.fault("多出文件 %s，清单里没有", path)
		}
		return err
	})
	if err != nil {
		v.fault("文件夹没有读完")
	}
}

// document checks the case itself: its chain, its attachments, and that the timeline beside it is its own.
func (v *verifier) document() {
	data, ok := v.read(caseFile)
	if !ok {
		return
	}
	var raw bson.Raw
	var c models.Case
	if err := bson.UnmarshalExtJSON(data, true, &raw); err != nil || docstore.Unmarshal(raw, &c) != nil {
		v.fault("案件 case.json 读不懂")
		return
	}
	v.found.Events = len(c.Timeline)
	if c.ID.Hex() != v.found.Manifest.Case || c.NumberText() != v.found.Manifest.Number {
		v.fault("案件 case.json 不是清单所说的那一件")
	}
	if err := c.VerifyTimeline(); err != nil || len(c.Timeline) == 0 {
		v.fault("办理经过的校验链断了：有记录被改动、增加或者删除（%v）", err)
	}
	if beside, ok := v.read(timelineFile); ok {
		own, err := json.MarshalIndent(c.Timeline, "", " ")
		if err != nil || !bytes.Equal(own, beside) {
			v.fault("办理经过 timeline.json 与案件 case.json 不一致")
		}
	}
	for i := range c.Attachments {
		v.attachment(&c, &c.Attachments[i])
	}
}

// attachment asks that the bytes are those that the case names, and that the timeline names them too: by the
// chain nobody can put others in their place.
func (v *verifier) attachment(c *models.Case, a *models.Attachment) {
	if data, ok := v.read(pathOf(a)); ok && sum(data) != a.Hash {
		v.fault("第%d号材料不是当时附上的那一份", a.Seq)
	}
	if !slices.ContainsFunc(c.Timeline, func(e models.Event) bool { return e.Note == a.Entry() }) {
		v.fault("第%d号材料在办理经过里没有记录，或者记录的不是这一份", a.Seq)
	}
}

// strict reads one JSON value, with no field that is not known and nothing after it.
func strict(data []byte, into any) error {
	d := json.NewDecoder(bytes.NewReader(data))
	d.DisallowUnknownFields()
	return d.Decode(into)
}
