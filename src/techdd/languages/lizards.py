"""Languages that have no grammar here and whose functions lizard finds."""

from __future__ import annotations

from techdd.languages import BLOCK, HASH, SLASHES, Language

_C_MARKS = (*SLASHES, *BLOCK)
_DASHES = (("--", "\n"),)

ERLANG = Language(
    "Erlang", (".erl", ".hrl"), interpreters=("escript",), lizard=".erl",
    tests=(r"_SUITE\.erl$", r"_tests\.erl$"), comments=(("%", "\n"),),
)  # fmt: skip
FORTRAN = Language(
    "Fortran", (".f90", ".f95", ".f03", ".f08", ".for", ".ftn"), lizard=".f90",
    comments=(("!", "\n"),),
)  # fmt: skip
GDSCRIPT = Language("GDScript", (".gd",), lizard=".gd", comments=HASH)
LUA = Language(
    "Lua", (".lua", ".rockspec"), interpreters=("lua", "luajit"), lizard=".lua",
    tests=(r"_spec\.lua$",), comments=(("--[[", "]]"), *_DASHES),
)  # fmt: skip
OBJECTIVE_C = Language(
    "Objective-C", (".m", ".mm"), lizard=".m", tests=(r"Tests?\.mm?$",), comments=_C_MARKS
)
PERL = Language(
    "Perl", (".pl", ".pm", ".t"), interpreters=("perl",), lizard=".pl", tests=(r"\.t$",),
    comments=(*HASH, ("\n=pod", "\n=cut"), ("\n=head", "\n=cut")),
)  # fmt: skip
PLSQL = Language(
    "PL/SQL", (".pks", ".pkb", ".pls", ".plb", ".pck"), lizard=".pks", comments=(*_DASHES, *BLOCK)
)
R = Language("R", (".r",), interpreters=("Rscript",), lizard=".r", comments=HASH)
SOLIDITY = Language("Solidity", (".sol",), lizard=".sol", tests=(r"\.t\.sol$",), comments=_C_MARKS)
STRUCTURED_TEXT = Language(
    "Structured Text", (".st", ".scl"), lizard=".st", comments=(*SLASHES, ("(*", "*)"))
)
ZIG = Language("Zig", (".zig",), lizard=".zig", comments=SLASHES)
