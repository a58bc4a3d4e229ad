# finds below
http.verify_mode = OpenSSL::SSL::VERIFY_NONE
# finds below
Faraday.new(url, ssl: { verify: false })
http.verify_mode = OpenSSL::SSL::VERIFY_PEER
order.save(verify: false)
