# path: site/settings.py
# finds below
DEBUG = True
LOGGING = True
DEBUG = env.bool("DEBUG")
