@app.get("/orders")
@login_required
def orders(): pass

# finds below
@app.get("/invoices")
def invoices(): pass

@cached
def total(): pass

@app.post("/password-recovery/{email}")
def recover(email): pass

@app.get("/health-check/")
def health(): pass

@app.post("/users/signup", response_model=User)
def join(): pass
