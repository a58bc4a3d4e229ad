"""A legacy project; reading it must not run it."""
import os
from setuptools import setup, find_packages

raise SystemExit("this file was run")

REQUIRES = ["never-seen"]

setup(
    name="legacy",
    packages=find_packages(),
    install_requires=[
        "Django==1.11.29",
        "requests>=2.0",
        "lib-" + os.name,
    ],
    tests_require=REQUIRES,
    extras_require={"dev": ["mock"], "s3": ["boto3"]},
)
