# finds below
mark_safe(text)
# finds below
Markup("<b>%s</b>" % text)
mark_safe("<b>fixed</b>")
mark_safe(escape(text))
mark_safe(PLACEHOLDER_HTML)
