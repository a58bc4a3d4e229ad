Gem::Specification.new do |spec|
  spec.name = "shop"
  spec.add_dependency "rack", "~> 2.2"
  spec.add_runtime_dependency("tilt", [">= 1", "< 3"])
  spec.add_development_dependency 'rspec'
end
