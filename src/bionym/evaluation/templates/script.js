"use strict";
const all = (selector) => [...document.querySelectorAll(selector)];
const filter = document.getElementById("filter");

function apply() {
  const { kind, label, tie, suspected } = filter.elements;
  const narrowed = kind.value || label.value || tie?.value || suspected?.checked;
  let number = 0;
  for (const group of all("details.group")) {
    let inGroup = 0;
    for (const example of group.querySelectorAll("article")) {
      const fits = (!kind.value || kind.value === group.dataset.kind)
        && (!label.value || JSON.parse(example.dataset.labels).includes(label.value))
        && (!tie?.value || example.dataset.ties.split(" ").includes(tie.value))
        && (!suspected?.checked || "suspected" in example.dataset);
      example.hidden = !fits;
      inGroup += fits;
    }
    group.hidden = !inGroup;
    if (narrowed && inGroup) group.open = true;
    number += inGroup;
  }
  filter.elements.number.value = `${number} shown`;
}

if (filter) {
  filter.hidden = false;
  filter.addEventListener("input", apply);
  filter.addEventListener("submit", (event) => event.preventDefault());
  apply();
  for (const link of all("a[data-kind]")) link.addEventListener("click", () => {
    filter.reset();
    filter.elements.kind.value = link.dataset.kind;
    apply();
  });
}

let closed = [];
addEventListener("beforeprint", () => {
  closed = all("details:not([open])");
  for (const one of closed) one.open = true;
});
addEventListener("afterprint", () => { for (const one of closed) one.open = false; });
