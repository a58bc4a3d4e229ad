"""Shells, build scripts and programming languages that are measured in lines alone."""

from __future__ import annotations

from techdd.languages import BLOCK, HASH, SLASHES, Language

_C_MARKS = (*SLASHES, *BLOCK)
_PARENS = (("(*", "*)"),)
_SEMICOLON = ((";", "\n"),)

SHELL = Language(
    "Shell",
    (".sh", ".bash", ".zsh", ".ksh", ".fish", ".bats"),
    filenames=(".bashrc", ".profile", ".zshrc", ".envrc"),
    interpreters=("sh", "bash", "dash", "zsh", "ksh", "fish", "bats"),
    tests=(r"\.bats$",),
    comments=HASH,
)
POWERSHELL = Language(
    "PowerShell", (".ps1", ".psm1", ".psd1"), interpreters=("pwsh",), comments=(("<#", "#>"), *HASH)
)
BATCH = Language(
    "Batch", (".bat", ".cmd"), comments=(("\nrem ", "\n"), ("\nREM ", "\n"), ("::", "\n"))
)
MAKE = Language(
    "Makefile", (".mk", ".mak"), filenames=("Makefile", "makefile", "GNUmakefile"), comments=HASH
)
CMAKE = Language("CMake", (".cmake",), filenames=("CMakeLists.txt",), comments=HASH)
GROOVY = Language(
    "Groovy", (".groovy", ".gvy"), filenames=("Jenkinsfile",), interpreters=("groovy",),
    tests=(r"(?:Spec|Tests?)\.groovy$",), comments=_C_MARKS,
)  # fmt: skip
STARLARK = Language(
    "Starlark", (".bzl", ".star"), filenames=("BUILD", "BUILD.bazel", "WORKSPACE"), comments=HASH
)
AWK = Language("Awk", (".awk",), interpreters=("awk", "gawk"), comments=HASH)
TCL = Language("Tcl", (".tcl",), interpreters=("tclsh", "wish"), comments=HASH)
DART = Language("Dart", (".dart",), tests=(r"_test\.dart$",), comments=_C_MARKS)
ELIXIR = Language(
    "Elixir", (".ex", ".exs"), interpreters=("elixir",), tests=(r"_test\.exs$",), comments=HASH
)
CLOJURE = Language(
    "Clojure", (".clj", ".cljs", ".cljc", ".bb"), tests=(r"_test\.clj[cs]?$",), comments=_SEMICOLON
)
LISP = Language("Lisp", (".lisp", ".lsp", ".cl", ".el", ".scm", ".ss", ".rkt"), comments=_SEMICOLON)
HASKELL = Language(
    "Haskell", (".hs", ".lhs"), interpreters=("runhaskell",), tests=(r"Spec\.hs$",),
    comments=(("--", "\n"), ("{-", "-}")),
)  # fmt: skip
ELM = Language("Elm", (".elm",), comments=(("--", "\n"), ("{-", "-}")))
OCAML = Language("OCaml", (".ml", ".mli"), comments=_PARENS)
FSHARP = Language("F#", (".fs", ".fsi", ".fsx"), comments=(*SLASHES, *_PARENS))
VISUAL_BASIC = Language("Visual Basic", (".vb", ".bas", ".vbs", ".frm"), comments=(("'", "\n"),))
PASCAL = Language("Pascal", (".pas", ".dpr", ".lpr"), comments=(*SLASHES, ("{", "}"), *_PARENS))
JULIA = Language("Julia", (".jl",), interpreters=("julia",), comments=(("#=", "=#"), *HASH))
NIM = Language("Nim", (".nim", ".nims"), comments=(("#[", "]#"), *HASH))
CRYSTAL = Language("Crystal", (".cr",), tests=(r"_spec\.cr$",), comments=HASH)
D = Language("D", (".d",), comments=(*_C_MARKS, ("/+", "+/")))
ADA = Language("Ada", (".adb", ".ads"), comments=(("--", "\n"),))
COBOL = Language("COBOL", (".cbl", ".cob", ".cpy"), comments=(("\n      *", "\n"), ("*>", "\n")))
ABAP = Language("ABAP", (".abap",), comments=(("\n*", "\n"), ('"', "\n")))
APEX = Language("Apex", (".cls", ".trigger"), tests=(r"Test\.cls$",), comments=_C_MARKS)
ASSEMBLY = Language("Assembly", (".asm", ".s"), comments=(*_SEMICOLON, *_C_MARKS))
VERILOG = Language("Verilog", (".v", ".sv", ".svh"), comments=_C_MARKS)
VHDL = Language("VHDL", (".vhd", ".vhdl"), comments=(("--", "\n"),))
COFFEESCRIPT = Language("CoffeeScript", (".coffee",), comments=(("###", "###"), *HASH))
SHADER = Language(
    "Shader", (".glsl", ".hlsl", ".vert", ".frag", ".wgsl", ".metal", ".shader"), comments=_C_MARKS
)
CUDA = Language("CUDA", (".cu", ".cuh"), comments=_C_MARKS)
MOVE = Language("Move", (".move",), comments=_C_MARKS)
QSHARP = Language("Q#", (".qs",), comments=SLASHES)
NIX = Language("Nix", (".nix",), comments=(*HASH, *BLOCK))
VIMSCRIPT = Language("Vim script", (".vim",), comments=(('\n"', "\n"),))
SQL = Language(
    "SQL", (".sql", ".ddl", ".dml", ".psql"), comments=(("--", "\n"), *BLOCK), programming=False
)
