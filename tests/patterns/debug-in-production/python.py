# finds below
app.run(debug=True)
app.run(debug=False)
build.run(debug=True)
