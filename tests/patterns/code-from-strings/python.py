# finds below
eval(text)
# finds below
exec(f"import {name}")
eval("1 + 1")
model.eval()
literal_eval(text)
