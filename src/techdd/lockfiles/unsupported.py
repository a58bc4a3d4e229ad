"""Manifests and lock files that exist and that no parser here reads: gaps to be named."""

from __future__ import annotations

from fnmatch import fnmatchcase

_UNSUPPORTED = {
    "Bower and Deno": "bower.json deno.lock",
    "C and C++": "conanfile.txt conanfile.py conan.lock vcpkg.json",
    "Conda": "environment.yml environment.yaml conda-lock.yml pixi.lock",
    "Erlang": "rebar.config.script erlang.mk",
    "Go before modules": "Gopkg.lock glide.lock",
    "Haskell": "*.cabal cabal.project.freeze stack.yaml.lock",
    "Nix and Bazel": "flake.lock MODULE.bazel",
    "Perl": "cpanfile cpanfile.snapshot",
    "R and Julia": "renv.lock Manifest.toml",
    "Scala, Clojure and Ant": "build.sbt build.sc project.clj deps.edn ivy.xml",
    "Terraform in JSON, Terragrunt": "*.tf.json terragrunt.hcl",
    "Swift and Objective-C": "Podfile Podfile.lock Cartfile Cartfile.resolved",
}


def unsupported(name: str) -> str:
    """Whose dependency file one of this name is; "" where it is none, or is read."""
    for what, patterns in _UNSUPPORTED.items():
        if any(fnmatchcase(name, pattern) for pattern in patterns.split()):
            return what
    return ""
