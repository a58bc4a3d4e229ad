@app.get("/orders")
@login_required
def orders(): pass

# finds below
@app.get("/invoices")
def invoices(): pass

@cached
def total(): pass
