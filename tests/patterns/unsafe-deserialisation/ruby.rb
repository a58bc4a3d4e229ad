# finds below
Marshal.load(data)
# finds below
YAML.unsafe_load(text)
YAML.safe_load(text)
Marshal.load(Marshal.dump(order))
