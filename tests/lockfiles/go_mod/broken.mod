module example.com/acme/shop

require (
	github.com/gin-gonic/gin
)
