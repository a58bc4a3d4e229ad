# finds below
Digest::MD5.hexdigest(password)
Digest::MD5.hexdigest(content)
Digest::SHA256.hexdigest(password)
