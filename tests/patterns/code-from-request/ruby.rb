# finds below
eval(params[:x])
# finds below
params[:class].classify.constantize
name.constantize
# finds below
user.send(params[:method])
user.send(:name)
