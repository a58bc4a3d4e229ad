"""Configuration, infrastructure, data and documents, measured in lines alone."""

from __future__ import annotations

from techdd.languages import BLOCK, HASH, SLASHES, Language

_XML = (("<!--", "-->"),)

YAML = Language(
    "YAML", (".yml", ".yaml"), filenames=(".clang-format", ".rubocop.yml"),
    kind="configuration", comments=HASH,
)  # fmt: skip
TOML = Language("TOML", (".toml",), filenames=("Pipfile",), kind="configuration", comments=HASH)
INI = Language(
    "INI",
    (".ini", ".cfg", ".conf", ".properties", ".editorconfig", ".npmrc", ".service", ".desktop"),
    filenames=(
        ".editorconfig", ".gitconfig", ".gitmodules", ".npmrc", ".flake8", ".pylintrc",
        ".coveragerc", ".gitignore", ".gitattributes", ".dockerignore", ".npmignore",
        ".eslintignore", ".prettierignore", ".python-version", ".ruby-version",
        ".nvmrc", ".tool-versions", "requirements.txt", "constraints.txt", "robots.txt",
        "CODEOWNERS", "Procfile",
    ),
    kind="configuration",
    comments=(*HASH, (";", "\n")),
)  # fmt: skip
ENVIRONMENT = Language(
    "Environment file", (".env", ".env.example", ".env.sample"), filenames=(".env",),
    kind="configuration", comments=HASH,
)  # fmt: skip
JSON = Language(
    "JSON",
    (".json", ".json5", ".jsonc", ".jsonl", ".ndjson", ".geojson", ".webmanifest", ".har"),
    filenames=(".babelrc", ".eslintrc", ".prettierrc", ".swcrc"),
    kind="configuration",
)
XML = Language(
    "XML",
    (".xml", ".xsd", ".xsl", ".xslt", ".wsdl", ".pom", ".csproj", ".vbproj", ".fsproj", ".props",
     ".targets", ".plist", ".resx", ".xaml", ".storyboard", ".xib", ".config", ".nuspec"),
    kind="configuration",
    comments=_XML,
)  # fmt: skip
DOCKERFILE = Language(
    "Dockerfile", (".dockerfile", ".containerfile"), filenames=("Dockerfile", "Containerfile"),
    kind="configuration", comments=HASH,
)  # fmt: skip
TERRAFORM = Language(
    "HCL", (".tf", ".tfvars", ".hcl", ".nomad"), kind="configuration",
    comments=(*HASH, *SLASHES, *BLOCK),
)  # fmt: skip
BICEP = Language("Bicep", (".bicep",), kind="configuration", comments=(*SLASHES, *BLOCK))
JSONNET = Language(
    "Jsonnet", (".jsonnet", ".libsonnet", ".cue", ".dhall"), kind="configuration", comments=SLASHES
)
GRADLE = Language(
    "Gradle", (".gradle", ".gradle.kts"), kind="configuration", comments=(*SLASHES, *BLOCK)
)
SOLUTION = Language("Visual Studio solution", (".sln",), kind="configuration")
GO_MODULE = Language(
    "Go module", filenames=("go.mod", "go.work"), kind="configuration", comments=SLASHES
)

MARKDOWN = Language(
    "Markdown", (".md", ".markdown", ".mdx", ".mdown", ".rmd", ".qmd"), kind="documentation",
    comments=_XML,
)  # fmt: skip
TEXT = Language("Text", (".txt", ".text", ".log"), kind="documentation")
RESTRUCTURED_TEXT = Language("reStructuredText", (".rst", ".rest"), kind="documentation")
ASCIIDOC = Language("AsciiDoc", (".adoc", ".asciidoc", ".asc"), kind="documentation")
RDOC = Language("RDoc", (".rdoc", ".org", ".pod", ".textile"), kind="documentation")
TEX = Language(
    "TeX", (".tex", ".sty", ".bib", ".cls.tex"), kind="documentation", comments=(("%", "\n"),)
)
MAN_PAGE = Language("Man page", (".1", ".5", ".8"), kind="documentation")

CSV = Language("CSV", (".csv", ".tsv", ".psv"), kind="data")
SVG = Language("SVG", (".svg",), kind="data", comments=_XML)
NOTEBOOK = Language("Jupyter Notebook", (".ipynb",), kind="data")
GETTEXT = Language("Gettext", (".po", ".pot"), kind="data", comments=HASH)
STRINGS = Language("Strings", (".strings", ".arb", ".xlf", ".xliff"), kind="data")
CERTIFICATE = Language(
    "Certificate", (".pem", ".crt", ".cer", ".key", ".pub", ".asc.key"), kind="data"
)
DIFF = Language("Diff", (".diff", ".patch"), kind="data")
