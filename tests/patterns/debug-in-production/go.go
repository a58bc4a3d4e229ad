package main
import (
	// finds below
	_ "net/http/pprof"
	"net/http"
)
