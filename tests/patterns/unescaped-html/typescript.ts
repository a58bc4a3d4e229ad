// finds below
element.innerHTML = text;
// finds below
document.write("<b>" + text + "</b>");
element.innerHTML = "";
element.innerHTML = DOMPurify.sanitize(text);
element.textContent = text;
