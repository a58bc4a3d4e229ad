// Exchanges the word of the link for a session. It stands in the fragment, which browsers do not
// send, and leaves the address before anything else happens. A press of the button is needed, so
// that programs that look at links ahead of their readers do not use it up.

const word = location.hash.slice(1);
history.replaceState(null, "", "/join");

const button = document.getElementById("begin");
const trouble = document.getElementById("trouble");

function refuse(message) {
  trouble.textContent = message;
  button.disabled = false;
}

button.addEventListener("click", async () => {
  button.disabled = true;
  trouble.textContent = "";
  try {
    const response = await fetch("/api/join", {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify({ token: word }),
    });
    if (response.ok) {
      location.replace("/");
      return;
    }
    refuse(`${sentence((await response.json()).error)} If you came in before, in this browser, go on at ${location.origin}/.`);
  } catch {
    refuse("The server does not answer. Ask the interviewer whether it runs, then try again.");
  }
});

function sentence(text) {
  return `${text[0].toUpperCase()}${text.slice(1)}.`;
}

if (!word) {
  button.hidden = true;
  document.getElementById("about").textContent = "This address needs the whole link that you were given.";
}
