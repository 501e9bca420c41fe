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
	ref := casework.Ref{ID: id}
	tag := c.GetHeader("If-Match")
	if tag == "" || tag == "*" {
		return ref, nil
	}
	number := strings.TrimSuffix(strings.TrimPrefix(tag, `"v`), `"`)
	ref.Version, err = strconv.ParseInt(number, 10, 64)
	if err != nil || ref.Version < 1 || tag != etag(ref.Version) {
		return casework.Ref{}, models.Errorf(models.Malformed, "if_match", `If-Match应为查看时得到的ETag，例如"v3"`)
	}
	return ref, nil
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
