"use strict";
// Everything works without this. It says that work has begun, and shows where a file may be dropped.
document.addEventListener("submit", (event) => {
  const button = event.submitter;
  if (button && button.classList.contains("primary")) {
    setTimeout(() => { button.disabled = true; button.setAttribute("aria-busy", "true"); }, 0);
  }
});
addEventListener("pageshow", () => {
  for (const button of document.querySelectorAll("button[aria-busy]")) { button.disabled = false; button.removeAttribute("aria-busy"); }
});
for (const field of document.querySelectorAll(".drop")) {
  field.addEventListener("dragover", () => field.classList.add("over"));
  for (const name of ["dragleave", "drop"]) field.addEventListener(name, () => field.classList.remove("over"));
}
