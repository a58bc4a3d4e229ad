source "https://gems.example.org"
ruby "3.2.2"

gemspec

gem "rails", "~> 7.1.0"
gem 'pg', '>= 0.18', '< 2.0'
gem "bootsnap", "1.16.0", require: false
gem "shared", path: "gems/shared"
gem "sibling", path: "../sibling"
gem "forked", github: "acme/forked", branch: "main"
gem "debug", group: :development
gem "rubocop", require: false, groups: [:development, :test]

group :development, :test do
  gem "rspec-rails"
  if ENV["CI"]
    gem "simplecov"
  end
end

group :production do
  gem "unicorn"
end
gem name_of_the_day
