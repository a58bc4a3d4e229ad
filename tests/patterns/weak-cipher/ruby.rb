# finds below
OpenSSL::Cipher.new("des3")
OpenSSL::Cipher.new("aes-256-gcm")
