# finds below
send_file(params[:name])
# finds below
File.read("files/#{params[:name]}")
File.read(File.basename(params[:name]))
