# finds below
open(request.args["name"])
# finds below
send_file("files/" + request.args.get("name"))
open(secure_filename(request.args["name"]))
open(name)
