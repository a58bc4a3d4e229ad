# path: config/environments/production.rb
# finds below
config.consider_all_requests_local = true
config.cache_classes = true
