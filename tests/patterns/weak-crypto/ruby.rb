# finds below
Digest::MD5.hexdigest(data)
# finds below
OpenSSL::Cipher.new("des-ede3-cbc")
Digest::SHA256.hexdigest(data)
