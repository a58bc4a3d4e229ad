"""The local web page for interviews: several people at once, each with a link of their own.

`desk` is what people may do, without HTTP; `app` gives it addresses, `guard` decides which requests
get that far, `server` runs it. Flask and waitress come with the extra `web`.
"""
