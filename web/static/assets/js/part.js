// Gives each sending of a ballot 16 random bytes that this browser draws. They enter
// the ballot's seed, which the server therefore cannot choose alike for two people;
// the receipt shows their digest. They lie in no field: neither the page, its copy in
// the browser's memory nor a form that is filled in again holds them.
"use strict";
if (window.FormDataEvent && window.crypto) {
  for (const form of document.querySelectorAll("form[data-part]")) {
    form.addEventListener("formdata", (event) => {
      const bytes = crypto.getRandomValues(new Uint8Array(16));
      event.formData.set("part", Array.from(bytes, (b) => b.toString(16).padStart(2, "0")).join(""));
    });
  }
  // Own words are for experts here; without this script they are the only part.
  for (const drawer of document.querySelectorAll("details[data-fold]")) drawer.open = false;
  for (const note of document.querySelectorAll("[data-unscripted]")) note.hidden = true;
}
