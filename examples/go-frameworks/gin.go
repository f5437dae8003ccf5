package frameworks

import (
	cfaccess "github.com/cfaccess/cfaccess/bindings/go"
	"github.com/gin-gonic/gin"
)

// Gin protects some routes of gin: group.Use(Gin(protect)). Open paths are those of the whole application,
// so they belong to a middleware in front of the engine.
func Gin(protect cfaccess.Middleware) gin.HandlerFunc {
	return func(c *gin.Context) {
		request, ok := protect.Check(c.Writer, c.Request)
		if !ok {
			c.Abort() // otherwise gin calls the next handler
			return
		}
		c.Request = request
	}
}
