# finds below
pickle.loads(request.data)
# finds below
pickle.loads(base64.b64decode(request.cookies["s"]))
pickle.loads(b"")
json.loads(request.data)
