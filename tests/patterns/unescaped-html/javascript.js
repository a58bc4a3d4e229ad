// finds below
element.innerHTML = text;
// finds below
document.write("<b>" + text + "</b>");
element.innerHTML = "";
element.innerHTML = DOMPurify.sanitize(text);
element.textContent = text;
// finds below
const a = <div dangerouslySetInnerHTML={{ __html: text }} />;
const b = <div dangerouslySetInnerHTML={{ __html: sanitize(text) }} />;
element.innerHTML = PLACEHOLDER_HTML;
element.innerHTML = items.length;
element.innerHTML = t("form.title");
element.innerHTML = `${seconds.toFixed(1)}s of <b>${items.length}</b>`;
// finds below
element.innerHTML = `${seconds.toFixed(1)}s of ${name}`;
