package api

import (
	"strconv"
	"strings"

	"github.com/gin-gonic/gin"

	"fengqiao/models"
	"fengqiao/pkg/casework"
)

// etag names a version of a case.
func etag(version int64) string { return `"v` + strconv.FormatInt(version, 10) + `"` }

// refOf reads which case, and which version of it, a request is about. Without If-Match the version
// is not asked about.
func refOf(c *gin.Context) (casework.Ref, error) {
	id, err := casework.IDOf(c.Param("id"))
	if err != nil {
		return casework.Ref{}, err
	}
	version, err := matched(c)
	return casework.Ref{ID: id, Version: version}, err
}

// matched reads the version that If-Match names, 0 for none.
func matched(c *gin.Context) (int64, error) {
	tag := c.GetHeader("If-Match")
	if tag == "" || tag == "*" {
		return 0, nil
	}
	version, err := strconv.ParseInt(strings.TrimSuffix(strings.TrimPrefix(tag, `"v`), `"`), 10, 64)
	if err != nil || version < 1 || tag != etag(version) {
		return 0, models.Errorf(models.Malformed, "if_match", `If-Match应为查看时得到的ETag，例如"v3"`)
	}
	return version, nil
}

// unchanged says whether the client has this version already.
func unchanged(c *gin.Context, version int64) bool {
	current := etag(version)
	for tag := range strings.SplitSeq(c.GetHeader("If-None-Match"), ",") {
		tag = strings.TrimSpace(tag)
		if tag == "*" || strings.TrimPrefix(tag, "W/") == current {
			return true
		}
	}
	return false
}
