# finds below
Marshal.load(Base64.decode64(params[:user]))
JSON.parse(params[:user])
# finds below
YAML.load(params[:x])
