"use strict";
// Everything on the page can be read without this script. It adds the filter, and opens the target of a link.
(() => {
  const form = document.getElementById("filter");
  const items = [...document.querySelectorAll(".scenarios > li")];
  const features = [...document.querySelectorAll(".feature")];
  const nothing = document.getElementById("nothing");
  const field = form.elements;
  const text = new Map();

  const words = (item) => {
    if (!text.has(item)) {
      const link = item.querySelector(".row > a");
      const elsewhere = link ? document.getElementById(link.hash.slice(1)) : null;
      const feature = item.closest(".feature").querySelector("code");
      text.set(item, [item, elsewhere, feature].map((one) => (one ? one.textContent : "")).join(" ").toLowerCase());
    }
    return text.get(item);
  };

  const filter = () => {
    const wanted = field.text.value.toLowerCase().split(/\s+/).filter(Boolean);
    let shown = 0;
    for (const item of items) {
      const fits =
        (!field.verdict.value || item.dataset.verdict === field.verdict.value) &&
        (!field.level.value || item.dataset.level === field.level.value) &&
        wanted.every((word) => words(item).includes(word));
      item.hidden = !fits;
      shown += fits ? 1 : 0;
    }
    for (const feature of features) {
      feature.hidden = !feature.querySelector(".scenarios > li:not([hidden])");
    }
    nothing.hidden = shown > 0;
    field.count.value = `${shown} of ${items.length}`;
  };

  // The filter is part of the URL, so that a view can be shared.
  const names = ["text", "verdict", "level"];
  const remember = () => {
    const query = new URLSearchParams(names.filter((name) => field[name].value).map((name) => [name, field[name].value]));
    history.replaceState(null, "", `${location.pathname}${query.size ? `?${query}` : ""}${location.hash}`);
  };
  const recall = () => {
    for (const [name, value] of new URLSearchParams(location.search)) if (names.includes(name)) field[name].value = value;
  };

  const all = (open) => {
    for (const item of items) {
      const details = item.hidden ? null : item.querySelector("details");
      if (details) details.open = open;
    }
  };

  const follow = () => {
    let id = "";
    try {
      id = decodeURIComponent(location.hash.slice(1));
    } catch {
      return;
    }
    const target = id ? document.getElementById(id) : null;
    if (!target) return;
    const item = target.closest(".scenarios > li");
    if (item ? item.hidden : false) {
      form.reset();
      filter();
      remember();
    }
    for (let one = target.closest("details"); one; one = one.parentElement.closest("details")) one.open = true;
    target.scrollIntoView();
  };

  let before = [];
  addEventListener("beforeprint", () => {
    before = [...document.querySelectorAll("details:not([open])")];
    for (const details of before) details.open = true;
  });
  addEventListener("afterprint", () => {
    for (const details of before) details.open = false;
  });

  form.addEventListener("input", () => {
    filter();
    remember();
  });
  form.addEventListener("submit", (event) => event.preventDefault());
  field.open.addEventListener("click", () => all(true));
  field.close.addEventListener("click", () => all(false));
  addEventListener("hashchange", follow);
  form.hidden = false;
  recall();
  filter();
  follow();
})();
