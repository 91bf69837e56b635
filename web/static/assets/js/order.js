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

// An item that is dropped on another takes its place: its number is chosen and the button
// pressed that a reader without a pointer presses.
let dragged = null;
let over = null;
const place = (target) => {
  const item = dragged && target.closest && target.closest("[data-order] ol > li");
  return item && item !== dragged && item.closest("[data-order]") === dragged.closest("[data-order]") ? item : null;
};
const mark = (item) => {
  if (over) over.classList.remove("over");
  over = item;
  if (over) over.classList.add("over");
};
for (const item of document.querySelectorAll("[data-order] li")) item.draggable = true;
document.addEventListener("dragstart", (event) => {
  dragged = event.target.closest ? event.target.closest("[data-order] li") : null;
  if (dragged) event.dataTransfer.effectAllowed = "move";
});
document.addEventListener("dragover", (event) => {
  const item = place(event.target);
  mark(item);
  if (item) event.preventDefault();
});
document.addEventListener("dragend", () => {
  mark(null);
  dragged = null;
});
document.addEventListener("drop", (event) => {
  const item = place(event.target);
  if (!item) return;
  event.preventDefault();
  dragged.querySelector("select").value = String(item.value);
  dragged.closest("[data-order]").querySelector('button[value^="order "]').click();
});
