"""Ruby."""

from __future__ import annotations

from techdd.languages import HASH, Language
from techdd.syntax import Grammar

RUBY = Language(
    "Ruby",
    (".rb", ".rake", ".gemspec", ".ru", ".rbi", ".jbuilder", ".builder"),
    filenames=(
        "Rakefile", "Gemfile", "Guardfile", "Capfile", "Vagrantfile", "Podfile", "Fastfile",
        "Brewfile", "Thorfile", "Dangerfile", "Appraisals", "Steepfile",
    ),
    interpreters=("ruby", "jruby", "rake"),
    grammar=Grammar(
        "tree_sitter_ruby",
        functions=("method", "singleton_method"),
        scopes=("class", "module"),
        spread=True,
        lambdas=("block", "do_block"),
        ifs=("if", "unless"),
        loops=(
            "for", "while", "until", "rescue",
            "while_modifier", "until_modifier", "rescue_modifier", "if_modifier", "unless_modifier",
        ),
        switches=("case", "case_match"),
        ternaries=("conditional",),
        elifs=("elsif",),
        elses=("else",),
        decisions=("when", "in_clause", '"||="', '"&&="'),  # `||=` as RuboCop does
        ands=('"&&"', '"and"'),
        ors=('"||"', '"or"'),
        binaries=("binary",),
        parameter_lists=("method_parameters",),
    ),
    tests=(r"_(?:spec|test)\.rb$", r"(?:^|/)(?:spec|test)s?/.*\.rb$", r"(?:^|/)test_[^/]*\.rb$"),
    comments=(*HASH, ("\n=begin", "\n=end")),
)  # fmt: skip
