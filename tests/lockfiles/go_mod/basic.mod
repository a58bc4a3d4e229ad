module example.com/acme/shop // the shop

go 1.22

toolchain go1.22.3

require github.com/gin-gonic/gin v1.9.1

require (
	github.com/acme/shared v0.1.0
	github.com/acme/outside v0.2.0
	golang.org/x/net v0.17.0 // indirect; was needed
	github.com/old/thing v1.0.0
	gopkg.in/yaml.v3 v3.0.1 // pinned for indirect reasons
)

exclude golang.org/x/net v0.16.0

replace (
	github.com/acme/shared => ./shared
	github.com/acme/outside => ../outside
	github.com/old/thing v1.0.0 => github.com/new/thing v1.0.1-0.20240102030405-abcdefabcdef
)

retract [v1.0.0, v1.1.0]
