# finds below
text.html_safe
"<br>".html_safe
sanitize(text).html_safe
