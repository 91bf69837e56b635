// Alt with an arrow presses the button that moves the item at which the focus is, one
// place up or down. The server moves it: there is no other state than the page's.
"use strict";
document.addEventListener("keydown", (event) => {
  if (!event.altKey || (event.key !== "ArrowUp" && event.key !== "ArrowDown")) return;
  const item = event.target.closest("[data-order] li");
  const button = item && item.querySelector(event.key === "ArrowUp" ? "[data-move=up]" : "[data-move=down]");
  if (!button) return;
  event.preventDefault();
  button.click();
});
