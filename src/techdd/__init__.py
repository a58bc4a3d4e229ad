"""Technical due diligence from git repositories and interviews to an investor-ready report."""

__version__ = "0.1.0"
