# finds below
redirect_to params[:url]
redirect_to user_path(params[:id])
