"""Markup, templates and style sheets of the web, measured in lines alone."""

from __future__ import annotations

from techdd.languages import BLOCK, SLASHES, Language

_XML = (("<!--", "-->"),)
_COMPONENT = (*_XML, *SLASHES, *BLOCK)

VUE = Language("Vue", (".vue",), tests=(r"\.(?:test|spec)\.vue$",), comments=_COMPONENT)
SVELTE = Language("Svelte", (".svelte",), comments=_COMPONENT)
ASTRO = Language("Astro", (".astro",), comments=_COMPONENT)
HTML = Language("HTML", (".html", ".htm", ".xhtml"), comments=_XML, programming=False)
RAZOR = Language("Razor", (".cshtml", ".razor"), comments=(*_XML, ("@*", "*@")))
JSP = Language("JSP", (".jsp", ".jspx", ".tag"), comments=(*_XML, ("<%--", "--%>")))
ERB = Language(
    "ERB",
    (".erb", ".html.erb", ".js.erb", ".text.erb"),
    comments=(*_XML, ("<%#", "%>")),
    programming=False,
)
HAML = Language("Haml", (".haml", ".slim"), comments=(("-#", "\n"),), programming=False)
PUG = Language("Pug", (".pug", ".jade"), comments=SLASHES, programming=False)
JINJA = Language(
    "Jinja",
    (".jinja", ".jinja2", ".j2", ".njk", ".twig", ".liquid"),
    comments=(("{#", "#}"), *_XML),
    programming=False,
)
HANDLEBARS = Language(
    "Handlebars", (".hbs", ".handlebars", ".mustache"), comments=(("{{!", "}}"),), programming=False
)
EJS = Language("EJS", (".ejs", ".eta"), comments=_XML, programming=False)
BLADE = Language("Blade", (".blade.php",), comments=(("{{--", "--}}"), *_XML), programming=False)
CSS = Language("CSS", (".css",), comments=BLOCK, programming=False)
SCSS = Language(
    "SCSS",
    (".scss", ".sass", ".less", ".styl", ".pcss"),
    comments=(*SLASHES, *BLOCK),
    programming=False,
)
GRAPHQL = Language("GraphQL", (".graphql", ".gql"), comments=(("#", "\n"),), programming=False)
PROTOBUF = Language("Protocol Buffers", (".proto",), comments=(*SLASHES, *BLOCK), programming=False)
THRIFT = Language("Thrift", (".thrift",), comments=(*SLASHES, *BLOCK), programming=False)
