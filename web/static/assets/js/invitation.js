// Moves the code of a letter's link into its field. It lies behind "#" in the address, which
// a browser sends to no server; from there it goes at once, so that neither the browser's
// history nor a screen keeps it.
"use strict";
const field = document.querySelector("form[data-invitation] input[name=code]");
const code = window.location.hash.slice(1);
if (field && /^[0-9A-Z]{4}(-[0-9A-Z]{1,4}){3}$/i.test(code)) {
  if (field.value === "") field.value = code;
  history.replaceState(null, "", window.location.pathname + window.location.search);
}
