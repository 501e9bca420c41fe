package pages

import (
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"io/fs"
	"net/http"
	"path"

	"github.com/gin-gonic/gin"

	"fengqiao/models"
)

//go:embed static
var staticFiles embed.FS

type asset struct {
	content     []byte
	contentType string
}

// assets are the static files. Their path holds a checksum of all of them: a path's content never
// changes, so browsers keep it for ever.
type assets struct {
	sum   string
	files map[string]asset
}

func loadAssets() (assets, error) {
	a := assets{files: map[string]asset{}}
	sum := sha256.New()
	err := fs.WalkDir(staticFiles, "static", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		content, err := staticFiles.ReadFile(name)
		if err != nil {
			return err
		}
		sum.Write([]byte(name))
		sum.Write(content)
		a.files[path.Base(name)] = asset{content, contentTypes[path.Ext(name)]}
		return nil
	})
	a.sum = hex.EncodeToString(sum.Sum(nil))[:16]
	return a, err
}

var contentTypes = map[string]string{
	".css": "text/css; charset=utf-8", ".js": "text/javascript; charset=utf-8", ".svg": "image/svg+xml",
}

func (a assets) path(name string) string { return "/static/" + a.sum + "/" + name }

// static serves a static file. Under another checksum than today's there is nothing.
func (p *Pages) static(c *gin.Context) error {
	file, ok := p.assets.files[c.Param("file")]
	if !ok || c.Param("sum") != p.assets.sum {
		return models.Errorf(models.NotFound, "not_found", "没有找到这个文件")
	}
	c.Header("Cache-Control", "public, max-age=31536000, immutable")
	c.Data(http.StatusOK, file.contentType, file.content)
	return nil
}

// icon sends browsers that ask for the well-known icon to the real one.
func (p *Pages) icon(c *gin.Context) error {
	return redirect(c, p.assets.path("icon.svg"))
}
