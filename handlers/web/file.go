package web

import (
	"net/url"
	"path"

	"github.com/gin-gonic/gin"
)

// Attach says that what is sent is a file to be kept, under a name that may be Chinese.
func Attach(c *gin.Context, name string) {
	c.Header("Content-Disposition", "attachment; filename=\"file"+path.Ext(name)+"\"; filename*=UTF-8''"+url.PathEscape(name))
}
