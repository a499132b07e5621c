// Copies the text of the field that a button names: <button data-copies="ID OF THE FIELD">.
"use strict";

document.addEventListener("click", async (event) => {
  const button = event.target.closest("button[data-copies]");
  if (!button) return;
  const field = document.getElementById(button.dataset.copies);
  field.select();
  try {
    await navigator.clipboard.writeText(field.value);
  } catch {
    document.execCommand("copy"); // where the page is not served from a safe origin
  }
  button.textContent = "Copied";
});
