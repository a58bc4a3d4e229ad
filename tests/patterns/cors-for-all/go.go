package a
// finds below
var a = cors.Config{AllowAllOrigins: true, AllowCredentials: true}
var b = cors.Config{AllowAllOrigins: true, AllowCredentials: false}
