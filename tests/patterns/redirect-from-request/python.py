# finds below
redirect(request.args.get("next"))
redirect(url_for("home", next=request.args.get("next")))
redirect("/home")
