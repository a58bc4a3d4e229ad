# finds below
eval(text)
# finds below
Order.class_eval("def #{name}; end")
Order.class_eval { def a; end }
eval("1 + 1")
