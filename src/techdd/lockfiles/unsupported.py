"""Manifests and lock files that exist and that no parser here reads: gaps to be named."""

from __future__ import annotations

import re
from fnmatch import translate

_UNSUPPORTED = {
    ".NET": "libman.json *.nuspec",
    "Ansible and Chef": "requirements.yml Berksfile Berksfile.lock",
    "Bower, Deno and import maps": "bower.json deno.json deno.jsonc deno.lock importmap.rb",
    "C and C++": "conanfile.txt conanfile.py conan.lock vcpkg.json *.wrap spack.yaml spack.lock",
    "Conda": "environment.yml environment.yaml conda-lock.yml pixi.lock",
    "Crystal, D, Nim and Zig": "shard.yml shard.lock dub.json dub.sdl dub.selections.json"
    " *.nimble nimble.lock build.zig.zon",
    "Elm, OCaml and Lua": "elm.json *.opam *.opam.locked opam.locked *.rockspec luarocks.lock",
    "Erlang and Gleam": "rebar.config.script erlang.mk gleam.toml",
    "Go before modules": "Gopkg.lock glide.lock",
    "Haskell": "*.cabal cabal.project cabal.project.freeze stack.yaml stack.yaml.lock",
    "Helm": "Chart.yaml Chart.lock",
    "Nix and Bazel": "flake.lock MODULE.bazel MODULE.bazel.lock WORKSPACE WORKSPACE.bazel",
    "Perl": "cpanfile cpanfile.snapshot Makefile.PL",
    "R and Julia": "renv.lock Manifest.toml Project.toml",
    "Scala, Clojure and Ant": "build.sbt build.sc project.clj deps.edn ivy.xml",
    "Swift and Objective-C": "Podfile Podfile.lock Cartfile Cartfile.resolved",
    "Terraform in JSON, Terragrunt": "*.tf.json terragrunt.hcl",
}
_NAMES = {
    what: re.compile("|".join(map(translate, patterns.split())))
    for what, patterns in _UNSUPPORTED.items()
}


def unsupported(name: str) -> str:
    """Whose dependency file one of this name is; "" where it is none, or is read."""
    return next((what for what, pattern in _NAMES.items() if pattern.fullmatch(name)), "")
