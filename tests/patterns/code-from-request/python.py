# finds below
eval(request.args["x"])
# finds below
render_template_string("Hello " + request.args.get("name"))
eval(line)
render_template_string(TEMPLATE, name=request.args["name"])
render_template_string("{{ request.args.a }}")
