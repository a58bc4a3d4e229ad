# finds below
allow do
  origins '*'
  resource '*', headers: :any, credentials: true
end
allow do
  origins 'example.org'
  resource '*', credentials: true
end
