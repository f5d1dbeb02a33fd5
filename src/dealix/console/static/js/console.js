// Small comforts only; every act works without this file.

// A form that was sent is not sent twice by an impatient second click. A button keeps its name and
// value, so it is disabled only after the browser has read the form.
document.addEventListener("submit", (event) => {
  const form = event.target;
  window.setTimeout(() => {
    for (const button of form.querySelectorAll("button[type=submit], button:not([type])")) {
      button.disabled = true;
    }
  }, 0);
});

// A page that comes back out of the browser's memory can be used again.
window.addEventListener("pageshow", () => {
  for (const button of document.querySelectorAll("form button:disabled")) {
    button.disabled = false;
  }
});

// The first field with an error is where people go on.
const wrong = document.querySelector("[aria-invalid=true]");
if (wrong) {
  wrong.focus();
}

// A file that the server would refuse for its size is named before it travels.
for (const field of document.querySelectorAll("input[type=file][data-largest]")) {
  field.addEventListener("change", () => {
    const tooLarge = [...field.files].some((file) => file.size > Number(field.dataset.largest));
    field.setCustomValidity(tooLarge ? field.dataset.tooLarge : "");
    field.reportValidity();
  });
}
