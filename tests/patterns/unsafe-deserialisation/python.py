# finds below
pickle.loads(data)
# finds below
yaml.load(text)
# finds below
yaml.load(text, Loader=yaml.Loader)
yaml.load(text, Loader=yaml.SafeLoader)
yaml.safe_load(text)
pickle.dumps(data)
json.loads(data)
